import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite("Images made to do harm, or of rare kinds") struct HostileImageTests {
  /// The picture of the fixture `jpeg-grey`, arithmetically coded by libjpeg-turbo.
  private static let arithmetic = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsL\
    EBYQERMUFRUVDA8XGBYUGBIUFRT/yQALCAANABUBAREA/8wABgAQEAX/2gAIAQEAAD8A/wDpcpxlfTgnnWMaiiW+tCgg\
    KCbfOoa8z/HW9KrdZyPvmSfYGxdSZ3tF0RKxwrMzF4xw/9k=
    """

  @Test("An arithmetically coded JPEG is read where libjpeg can, else it is named")
  func arithmeticCoding() throws {
    let file = try #require(Data(base64Encoded: HostileImageTests.arithmetic))
    do {
      let image = try PixelImage.decode(file)
      #expect(try image == PixelImage.decode(Fixtures.file("jpeg-grey")))
    } catch let error as ZooError {
      #expect(error.message.contains("this kind of JPEG is not read"))
    }
  }

  @Test("A JPEG of 12 bits is named as a kind that is not read")
  func twelveBits() throws {
    var file = try Fixtures.file("jpeg-grey")
    let frame = try #require(file.range(of: Data([0xff, 0xc0]))).lowerBound
    file[frame + 1] = 0xc1  // 12 bits are extended sequential
    file[frame + 4] = 12
    let text = errorText { _ = try PixelImage.decode(file) }
    #expect(text.contains("this kind of JPEG is not read: libjpeg: "), "\(text)")
  }

  @Test(
    "A JPEG whose header promises more pixels than its bytes can hold is refused before memory is taken",
    arguments: [(65500, 65500, "too large"), (16000, 16000, "can't hold the 16000 x 16000")])
  func promises(width: Int, height: Int, message: String) throws {
    for name in ["jpeg-grey", "jpeg-progressive"] {
      var file = try Fixtures.file(name)
      let marker: [UInt8] = [0xff, name == "jpeg-grey" ? 0xc0 : 0xc2]
      let frame = try #require(file.range(of: Data(marker))).lowerBound
      for (offset, value) in [(5, height), (7, width)] {
        file[frame + offset] = UInt8(value >> 8)
        file[frame + offset + 1] = UInt8(value & 255)
      }
      let text = errorText { _ = try PixelImage.decode(file) }
      #expect(text.contains(message), "\(name): \(text)")
    }
  }

  @Test(
    "What follows the end of an image is not looked at",
    arguments: ["grey8", "jpeg-grey", "jpeg-progressive"])
  func trailing(name: String) throws {
    let file = try Fixtures.file(name)
    let image = try PixelImage.decode(file)
    #expect(try PixelImage.decode(file + Data(repeating: 0xff, count: 300)) == image)
    #expect(try PixelImage.decode(file + file) == image)
  }

  @Test(
    "A chunk that would unpack to half a gigabyte is passed over",
    arguments: ["iCCP", "zTXt", "iTXt"])
  func bomb(kind: String) throws {
    let file = try Fixtures.file("rgb8")
    let unpacked = 512 << 20
    let packed = zeros(unpacked)
    #expect(packed.count < unpacked / 150)
    let head = kind == "iTXt" ? Data("k\0\u{1}\0\0\0".utf8) : Data("k\0\0".utf8)
    let bomb = file.prefix(33) + chunk(kind, head + packed) + file.dropFirst(33)
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try PixelImage.decode(bomb) == PixelImage.decode(file))
    #expect(clock.now - start < .seconds(5), "it was unpacked")
  }

  @Test(
    "A header of a depth and kind that PNG has not is an error",
    arguments: [(8, 1), (3, 0), (16, 3), (255, 255), (0, 0), (8, 7)])
  func kinds(depth: UInt8, kind: UInt8) throws {
    let file = try Fixtures.file("rgb8")
    var header = file[16..<29]
    header[header.startIndex + 8] = depth
    header[header.startIndex + 9] = kind
    let bad = file.prefix(8) + chunk("IHDR", Data(header)) + file.dropFirst(33)
    let text = errorText { _ = try PixelImage.decode(bad) }
    #expect(text.contains("the PNG is damaged: libpng: "), "\(text)")
  }

  /// Whole streams are inflated before libpng sees them; it reads by itself what has a byte too many.
  @Test("Rows inflated ahead are those that libpng inflates", arguments: Fixtures.all.files)
  func inflatedAhead(_ fixture: Fixtures.File) throws {
    guard !fixture.isJPEG else { return }
    let image = try PixelImage.decode(fixture.file)
    #expect(try PixelImage.decode(withData(fixture.file) { [$0 + [0]] }).pixels == image.pixels)
    // In chunks of one byte, with empty ones between them.
    let bytewise = try withData(fixture.file) { $0.flatMap { [Data([$0]), Data()] } }
    #expect(try PixelImage.decode(bytewise).pixels == image.pixels)
  }

  @Test("Rows of many stored blocks come through whole", arguments: [1, 3])
  func manyBlocks(channels: Int) throws {
    let image = drawnPattern(700, 500, channels)
    let file = try image.encodedPNG()
    #expect(try PixelImage.decode(file).pixels == image.pixels)
    #expect(try PixelImage.decode(withData(file) { [$0 + [0]] }).pixels == image.pixels)
  }

  @Test("Image data that are wrong behind right checksums of their chunk are an error")
  func wrongStreams() throws {
    let file = try Fixtures.file("rgb8")
    for (what, change) in [
      ("a byte of the stream", { [$0.prefix(20) + [$0[20] ^ 255] + $0.dropFirst(21)] }),
      ("cut short", { [$0.dropLast(9)] }),
      ("nothing at all", { _ in [Data()] }),
    ] as [(String, (Data) -> [Data])] {
      let text = errorText { _ = try PixelImage.decode(withData(file, change)) }
      #expect(text.contains("the PNG is damaged: libpng: "), "\(what): \(text)")
    }
    // A stream that names a window of 256 bytes and reaches back further.
    let narrow = try withData(drawnPattern(700, 500, 1).encodedPNG()) {
      [Data([0x08, 0x1d]) + $0.dropFirst(2)]
    }
    #expect(errorText { _ = try PixelImage.decode(narrow) }.contains("libpng: "))
    let between = try withData(file) { [$0.prefix(30), $0.dropFirst(30)] }
    let second =
      try #require(between.range(of: Data("IDAT".utf8), options: .backwards)).lowerBound - 4
    let parted =
      between.prefix(second) + chunk("tEXt", Data("a\0b".utf8)) + between.dropFirst(second)
    let text = errorText { _ = try PixelImage.decode(parted) }
    #expect(text.contains("the PNG is damaged: libpng: "), "\(text)")
  }

  /// A PNG with other image data: a chunk for each element of what `change` makes of its stream.
  private func withData(_ file: Data, _ change: (Data) -> [Data]) throws -> Data {
    var (before, stream, after) = (file.prefix(8), Data(), Data())
    var place = 8
    while place < file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let kind = String(decoding: file[place + 4..<place + 8], as: UTF8.self)
      let whole = file[place..<place + 12 + length]
      if kind == "IDAT" {
        stream += whole.dropFirst(8).dropLast(4)
      } else if stream.isEmpty {
        before += whole
      } else {
        after += whole
      }
      place += 12 + length
    }
    try #require(!stream.isEmpty)
    return before + change(stream).map { chunk("IDAT", $0) }.joined() + after
  }

  private func chunk(_ kind: String, _ body: Data) -> Data { pngChunk(kind, body) }

  /// So many zeros as a zlib stream: one literal, then matches of length 258 at distance 1, in the
  /// fixed code of RFC 1951.
  private func zeros(_ count: Int) -> Data {
    var (bits, filled) = (UInt64(0), 0)
    var bytes = Data([0x78, 0x9c])
    func put(_ code: UInt64, _ length: Int) {
      bits |= code << UInt64(filled)
      filled += length
      while filled >= 8 {
        bytes.append(UInt8(bits & 255))
        bits >>= 8
        filled -= 8
      }
    }
    put(0b011, 3)  // the last block, fixed code
    put(0b0000_1100, 8)  // literal 0: 00110000, its first bit first
    for _ in 0..<(count - 1) / 258 {
      put(0b1010_0011, 8)  // length 258: 11000101
      put(0, 5)  // distance 1
    }
    put(0, 7)  // the end of the block
    if filled > 0 { put(0, 8 - filled) }
    let whole = (count - 1) / 258 * 258 + 1
    let (a, b) = (UInt32(1), UInt32(whole % 65521))
    return bytes + withUnsafeBytes(of: (b << 16 | a).bigEndian) { Data($0) }
  }
}
