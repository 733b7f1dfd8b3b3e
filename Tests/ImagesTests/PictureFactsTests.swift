import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite("What is said of a picture's file") struct PictureFactsTests {
  private func notes(_ files: [Data], names: [String] = []) throws -> [String] {
    var census = PictureCensus()
    for (index, file) in files.enumerated() {
      census.add(
        names.isEmpty ? "images/\(index).png" : names[index], try PixelImage.read(file).facts)
    }
    return census.notes(bits: census.bits, .rule)
  }

  private func flat(_ value: UInt8, channels: Int = 1) throws -> Data {
    try PixelImage(
      width: 4, height: 3, channels: channels, pixels: Array(repeating: value, count: 12 * channels)
    ).encodedPNG()
  }

  @Test("Black, white and constant pictures are counted and named, ordinary ones are not")
  func blank() throws {
    let ordinary = try drawnPattern(9, 7, 1).encodedPNG()
    #expect(try notes([ordinary, ordinary]).isEmpty)
    let colour = try PixelImage(
      width: 2, height: 1, channels: 3, pixels: [9, 90, 200, 9, 90, 200]
    ).encodedPNG()
    let found = try notes([
      flat(0), ordinary, flat(1), flat(255), flat(110), colour, flat(0), flat(0),
    ])
    #expect(
      found == [
        "4 of 8 pictures are black: nothing in them is above 1/255 of white: 0.png, 2.png, 6.png and 1 "
          + "more.", "1 of 8 pictures is white all over: 3.png.",
        "2 of 8 pictures are of one grey or colour: 4.png, 5.png.",
      ])
    #expect(try notes([flat(110)]) == ["0.png is of one grey or colour."])
    let alike = try notes([flat(9), flat(9)], names: ["a/x.png", "b/x.png"])
    #expect(alike == ["2 of 2 pictures are of one grey or colour: a/x.png, b/x.png."])
  }

  /// A PNG of grey and alpha, 4 × 1 pixels of grey 100, from a grey one by a transparent colour.
  @Test("A picture below transparent alpha is read as before, and said")
  func transparent() throws {
    let plain = try PixelImage(width: 4, height: 1, channels: 1, pixels: [7, 7, 7, 200])
      .encodedPNG()
    let hidden = withChunk("tRNS", Data([0, 7]), in: plain)
    let (image, facts) = try PixelImage.read(hidden)
    #expect(try image == PixelImage.decode(plain))
    #expect(facts.transparency == 0.75)
    #expect(try notes([hidden])[0].contains("transparent over more than half of its area"))
    let corner = withChunk("tRNS", Data([0, 200]), in: plain)
    #expect(try notes([corner])[0].contains("is transparent in places"))
    // Fixtures with real alpha: their pixels are Pillow's, and what is opaque is not spoken of.
    for name in ["rgba8-interlaced", "greyalpha8"] {
      #expect(try PixelImage.read(Fixtures.file(name)).facts.transparency > 0, "\(name)")
    }
  }

  @Test(
    "EXIF orientation turns a PNG upright as a JPEG, with or without the head that JPEG wants",
    arguments: 1...8 as ClosedRange<UInt8>)
  func orientation(value: UInt8) throws {
    let plain = try PixelImage.decode(Fixtures.quarters())
    let expected = try PixelImage.decode(
      withOrientation(value, isBigEndian: true, in: Fixtures.quarters()))
    let file = try plain.encodedPNG()
    for head in [Data(), Data("Exif\0\0".utf8)] {
      let turned = withChunk("eXIf", head + exif(orientation: value), in: file)
      #expect(try PixelImage.decode(turned) == expected)
      #expect(try PixelImage.read(turned).facts.hasUnreadEXIF == false)
    }
    // Behind the image data, and of 16 bits.
    let end = file.count - 12
    let late = file.prefix(end) + pngChunk("eXIf", exif(orientation: value)) + file.dropFirst(end)
    #expect(try PixelImage.decode(late) == expected)
    let wide = PixelImage(
      width: plain.width, height: plain.height, channels: 1, samples: plain.pixels.map(UInt16.init))
    let turned = try PixelImage.decode(
      withChunk("eXIf", exif(orientation: value), in: wide.encodedPNG()))
    #expect(turned.scaled(white: 255).eightBit == expected)
  }

  @Test("EXIF data that can't be read, or hide in a text, are said; the picture lies as it is")
  func unreadEXIF() throws {
    let file = try drawnPattern(9, 7, 1).encodedPNG()
    for (kind, body) in [
      ("eXIf", Data("garbage, garbage".utf8)), ("eXIf", Data()), ("eXIf", exif(orientation: 9)),
      ("zTXt", Data("Raw profile type exif\0\0xxxx".utf8)),
      ("tEXt", Data("Raw profile type APP1\0\nexif\n".utf8)),
    ] {
      let (image, facts) = try PixelImage.read(withChunk(kind, body, in: file))
      #expect(facts.hasUnreadEXIF && image.width == 9, "\(kind) \(body)")
    }
    let both = withChunk(
      "tEXt", Data("Raw profile type exif\0x".utf8),
      in: withChunk("eXIf", exif(orientation: 1), in: file))
    #expect(try !PixelImage.read(both).facts.hasUnreadEXIF)
    let jpeg = withSegment(Data("Exif\0\0nonsense".utf8), in: try Fixtures.quarters())
    #expect(try PixelImage.read(jpeg).facts.hasUnreadEXIF)
    #expect(try notes([jpeg])[0].contains("EXIF data in a form that is not read"))
    // A wrong sum: passed over, as libpng does with any optional chunk.
    var broken = withChunk("eXIf", exif(orientation: 6), in: file)
    broken[33 + 8 + 26] ^= 1
    #expect(try PixelImage.decode(broken).width == 9)
  }

  @Test("An unusual gamma and an animation are said")
  func others() throws {
    let file = try drawnPattern(9, 7, 1).encodedPNG()
    func gamma(_ value: UInt32) -> Data {
      withChunk("gAMA", withUnsafeBytes(of: value.bigEndian) { Data($0) }, in: file)
    }
    #expect(try notes([gamma(45455)]).isEmpty)
    #expect(try notes([gamma(100_000)])[0].contains("a gamma other than 1/2.2"))
    let frames = withChunk("acTL", Data([0, 0, 0, 3, 0, 0, 0, 0]), in: file)
    #expect(try notes([frames])[0].contains("is an animation"))
  }
}
