import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite("Decoding") struct DecodeTests {
  @Test(
    "Every kind of file is read in grey and in colour as Pillow reads it",
    arguments: Fixtures.all.files)
  func kinds(_ fixture: Fixtures.File) throws {
    for (channels, expected) in [(1, fixture.grey), (3, fixture.rgb)] {
      let image = try PixelImage.decode(fixture.file, channels: channels)
      #expect(image.width == fixture.width && image.height == fixture.height)
      #expect(image.channels == channels)
      // PNG is exact. For JPEG the standard allows decoders to differ by a grey level and colour
      // conversion widens that.
      // Pillow keeps the high byte of 16 bits, which may be one grey level less than the nearest.
      let pixels = image.eightBit.pixels
      let worst = zip(pixels, expected).map { abs(Int($0) - Int($1)) }.max()
      #expect(pixels.count == expected.count)
      #expect(try #require(worst) <= (fixture.isJPEG ? 2 : image.depth == 16 ? 1 : 0))
    }
  }

  @Test(
    "Without a wish grey stays grey and colour stays colour",
    arguments: [
      ("grey1", 1), ("greyalpha8", 1), ("palette4", 3), ("rgba16", 3), ("jpeg-grey", 1),
      ("jpeg-420", 3), ("jpeg-cmyk", 3),
    ])
  func natural(name: String, channels: Int) throws {
    #expect(try PixelImage.decode(Fixtures.file(name)).channels == channels)
  }

  @Test("Samples of 16 bits stay as they are")
  func grey16() throws {
    let image = try PixelImage.decode(Fixtures.all.grey16)
    let expected = (0..<45).map { i in
      let (x, y) = (i % 9, i / 9)
      return UInt16((x * 37 + y * 91 + x * y * 5) * 769 % 65536)
    }
    #expect(image == PixelImage(width: 9, height: 5, channels: 1, samples: expected))
    #expect(zip(image.floats(), expected).allSatisfy { $0 == Float($1) / 65535 })
  }

  @Test("Colour becomes grey by Pillow's integer formula")
  func greyFormula() {
    let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3]
    let image = PixelImage(width: 5, height: 1, channels: 3, pixels: colours)
    // (19595·255 + 32768) >> 16 = 76, (38470·255 + 32768) >> 16 = 150, (7471·255 + 32768) >> 16 = 29
    #expect(image.converted(channels: 1).pixels == [76, 150, 29, 255, 2])
    #expect(
      image.converted(channels: 1).converted(channels: 3).pixels.prefix(4) == [76, 76, 76, 150])
  }

  /// Four flat quarters, A B over C D, and the order in which each orientation shows them.
  @Test(
    "EXIF orientation turns the image upright",
    arguments: [
      (1, "ABCD"), (2, "BADC"), (3, "DCBA"), (4, "CDAB"), (5, "ACBD"), (6, "CADB"), (7, "DBCA"),
      (8, "BDAC"), (0, "ABCD"), (9, "ABCD"),
    ])
  func orientation(value: Int, order: String) throws {
    for isBigEndian in [false, true] {
      let plain = try Fixtures.quarters()
      let file = withOrientation(UInt8(value), isBigEndian: isBigEndian, in: plain)
      let image = try PixelImage.decode(file)
      let swaps = (5...8).contains(value)
      #expect(image.width == (swaps ? 16 : 32) && image.height == (swaps ? 32 : 16))
      let corners = [
        (0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1),
      ]
      let seen = corners.map { x, y in
        let grey = Double(image.pixels[y * image.width + x])
        return ["A", "B", "C", "D"][Int((grey - 20) / 70 + 0.5)]
      }
      #expect(seen.joined() == order)
    }
  }

  @Test("Broken EXIF blocks are passed over", arguments: [0, 1, 6, 9, 13, 14, 17, 21])
  func brokenOrientation(length: Int) throws {
    let block = Data([
      0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0, 255, 255, 255, 255, 9, 9, 9, 9, 9, 9, 9,
    ])
    let file = withSegment(block.prefix(length), in: try Fixtures.quarters())
    #expect(try PixelImage.decode(file).width == 32)
  }

  @Test(
    "Pixels written as PNG come back, and the same pixels give the same bytes", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let image = drawnPattern(61, 33, channels)
    let encoded = try image.encodedPNG()
    #expect(try PixelImage.decode(encoded) == image)
    #expect(try image.encodedPNG() == encoded)
    try withTemporaryFolder { folder in
      // The name is not asked.
      try image.savePNG(path: "\(folder)/scan.jpg")
      #expect(try PixelImage.load(path: "\(folder)/scan.jpg") == image)
    }
  }

  @Test(
    "Original radiographs are read as Pillow reads them",
    .enabled(if: dataFolder != nil, "the shared data folder is absent"))
  func originals() throws {
    let folder = "\(try #require(dataFolder))/chestxray14/originals"
    let hashes = try #require(Fixtures.all.originals)
    #expect(hashes.count == 26)
    for (name, hash) in hashes.sorted(by: { $0.key < $1.key }) {
      let image = try PixelImage.load(path: "\(folder)/\(name)", channels: 1)
      #expect(image.width == 1024 && image.height == 1024)
      #expect(fnv(image.pixels) == hash, "\(name)")
    }
    let colour = try #require(Fixtures.all.originalsRGBA)
    #expect(colour.count == 3)
    for name in colour { #expect(try PixelImage.load(path: "\(folder)/\(name)").channels == 3) }
  }
}

extension Fixtures {
  /// A grey JPEG of 32 × 16 pixels whose quarters are 20, 90, 160 and 230.
  static func quarters() throws -> Data {
    try #require(all.quarters, "no quarters in the fixtures")
  }
}

/// A JPEG with an APP1 segment put behind its first marker.
func withSegment(_ body: Data, in jpeg: Data) -> Data {
  let length = body.count + 2
  return jpeg.prefix(2) + Data([0xff, 0xe1, UInt8(length >> 8), UInt8(length & 255)]) + body
    + jpeg.dropFirst(2)
}

/// A JPEG with an EXIF block that holds the orientation behind another entry.
func withOrientation(_ value: UInt8, isBigEndian: Bool, in jpeg: Data) -> Data {
  func word(_ value: Int) -> [UInt8] {
    let bytes = [UInt8(value >> 8), UInt8(value & 255)]
    return isBigEndian ? bytes : bytes.reversed()
  }
  func long(_ value: Int) -> [UInt8] { isBigEndian ? word(0) + word(value) : word(value) + word(0) }
  var block = [UInt8]("Exif\0\0".utf8) + (isBigEndian ? [0x4d, 0x4d] : [0x49, 0x49])
  block += word(42) + long(8) + word(2)
  block += word(0x0100) + word(4) + long(1) + long(32)
  block += word(0x0112) + word(3) + long(1) + word(Int(value)) + word(0)
  block += long(0)
  return withSegment(Data(block), in: jpeg)
}
