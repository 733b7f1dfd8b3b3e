import Basics
import Foundation
import Images
import Testing

@Suite("Pictures of 16 bits") struct SixteenBitTests {
  private func wide(_ image: PixelImage, times factor: UInt16 = 1) -> PixelImage {
    PixelImage(
      width: image.width, height: image.height, channels: image.channels,
      samples: image.pixels.map { UInt16($0) * factor })
  }

  @Test(
    "Samples come back from a file to the bit, in colour and interlaced or not", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let samples = (0..<61 * 33 * channels).map { UInt16(truncatingIfNeeded: $0 * 7919) }
    let image = PixelImage(width: 61, height: 33, channels: channels, samples: samples)
    let (found, facts) = try PixelImage.read(image.encodedPNG())
    #expect(found == image && found.depth == 16 && found.white == 65535)
    #expect(facts.depth == 16 && facts.largest == Int(samples.max() ?? 0))
  }

  @Test(
    "0…255 in 16 bits, read by 8 bits, are to the bit the picture of 8 bits, however it is fitted")
  func low() throws {
    for channels in [1, 3] {
      let plain = drawnPattern(61, 33, channels)
      let file = try PixelImage.decode(wide(plain).encodedPNG())
      let same = file.scaled(white: SampleBits.white(8))
      #expect(same.floats() == plain.floats())
      #expect(
        same.resized(shorterSide: 24, crop: 20).floats()
          == plain.resized(shorterSide: 24, crop: 20).floats())
      #expect(same.stretched(to: 47).floats() == plain.stretched(to: 47).floats())
      #expect(same.padded(to: 24).floats() == plain.padded(to: 24).floats())
      #expect(same.eightBit.pixels == plain.pixels)
      #expect(
        same.converted(channels: 4 - channels).floats()
          == plain.converted(channels: 4 - channels).floats())
      // Every grey level 257 times as high is the same share of 65535.
      #expect(wide(plain, times: 257).floats() == plain.floats())
    }
  }

  @Test("Low samples keep their differences through resizing: 12 bits are not cut to 8")
  func keepsDifferences() {
    let samples = (0..<4096).map { (place: Int) -> UInt16 in UInt16(100 + place % 64 / 2) }
    let image = PixelImage(width: 64, height: 64, channels: 1, samples: samples, white: 4095)
    let values = Set(image.resized(shorterSide: 32).floats())
    #expect(values.count == 32, "\(values.count) levels are left of 32")
    #expect(values.max().map { $0 < 0.04 } == true)
  }

  private func census(_ pictures: [(largest: UInt16, sBIT: UInt8?)]) throws -> PictureCensus {
    var census = PictureCensus()
    for (index, picture) in pictures.enumerated() {
      var file = try PixelImage(width: 2, height: 1, channels: 1, samples: [0, picture.largest])
        .encodedPNG()
      if let bits = picture.sBIT { file = withChunk("sBIT", Data([bits]), in: file) }
      census.add("\(index).png", try PixelImage.read(file).facts)
    }
    return census
  }

  @Test("The bits are the fewest of 8, 10, 12, 14 and 16 that hold all pictures, or what all state")
  func bits() throws {
    for (pictures, bits) in [
      ([(255, nil), (3, nil)], 8), ([(255, nil), (256, nil)], 10), ([(4095, nil)], 12),
      ([(4096, nil)], 14), ([(16384, nil)], 16),
      // What they state holds, though fewer would do.
      ([(900, 12), (4000, 12)], 12),
      // Moved up to 16 bits, as PNG wants it, or of two minds.
      ([(65520, 12), (900, 12)], 16), ([(900, 12), (900, 16)], 10), ([(900, 12), (900, nil)], 10),
    ] as [([(largest: UInt16, sBIT: UInt8?)], Int)] {
      #expect(try census(pictures).bits == bits, "\(pictures)")
    }
    #expect(PictureCensus().bits == nil)
  }

  @Test("It is said how 16 bits are read, what is clipped, and where scanners are mixed")
  func notes() throws {
    let low = try census([(255, nil), (200, nil)])
    let said = try #require(low.notes(bits: low.bits, .rule).first)
    #expect(
      said.hasPrefix(
        "2 of 2 pictures are 16-bit with values up to 255; read by 8 bits (255 is white)"),
      "\(said)")
    let mixed = try census([(4000, nil), (4000, nil), (60000, nil)])
    #expect(
      mixed.notes(bits: 16, .rule).contains {
        $0.contains("need 12 bits: 2, 16 bits: 1; those of fewer than 16 bits are darker")
      })
    #expect(
      mixed.notes(bits: 12, .given).contains {
        $0 == "1 of 3 pictures holds values above 4095, up to 60000, which become white: 2.png."
      })
    let single = try census([(255, nil)])
    #expect(single.notes(bits: 16, .model).contains { $0.hasPrefix("0.png is black") })
    #expect(
      try census([(4000, nil)]).notes(bits: 16, .model).contains { $0.contains("6 % of white") })
  }
}
