import Foundation
import Images
import Testing

@Suite("Resizing") struct ResizeTests {
  @Test(
    "Resizing agrees with Pillow's antialiased bilinear to the last bit",
    arguments: Fixtures.all.resized)
  func pillow(_ fixture: Fixtures.Resizing) {
    let source = drawnPattern(fixture.source[0], fixture.source[1], fixture.channels)
    let image = source.resized(width: fixture.target[0], height: fixture.target[1])
    #expect(image.width == fixture.target[0] && image.height == fixture.target[1])
    #expect(Array(image.pixels.prefix(fixture.start.count)) == fixture.start)
    #expect(fnv(image.pixels) == fixture.hash)
  }

  @Test("Halving averages by the triangle's weights 1 3 3 1, cut off and rescaled at the edges")
  func byHand() {
    let image = PixelImage(width: 8, height: 1, channels: 1, pixels: [0, 0, 0, 80, 240, 0, 0, 16])
    // Edge: (3·0 + 3·0 + 1·0) / 7; (0 + 0 + 3·80 + 240) / 8; (80 + 3·240 + 0 + 0) / 8; 3·16 / 7.
    #expect(image.resized(width: 4, height: 1).pixels == [0, 60, 100, 7])
  }

  @Test("A flat image stays flat at any size", arguments: [0, 1, 127, 254, 255] as [UInt8])
  func flat(value: UInt8) {
    let image = PixelImage(
      width: 37, height: 11, channels: 1, pixels: Array(repeating: value, count: 407))
    for size in [1, 2, 5, 36, 64, 301] {
      #expect(image.stretched(to: size).pixels.allSatisfy { $0 == value })
    }
  }

  @Test("Scaling the shorter side and cutting equals resizing the whole and cutting")
  func shorterSide() {
    for (width, height, channels) in [(100, 70, 1), (70, 100, 3), (64, 64, 1)] {
      let image = drawnPattern(width, height, channels)
      let whole = image.resized(
        width: 37 * width / min(width, height), height: 37 * height / min(width, height))
      #expect(
        image.resized(shorterSide: 37, crop: 32) == whole.centreCropped(width: 32, height: 32))
      #expect(image.resized(shorterSide: 37) == whole.centreCropped(width: 37, height: 37))
    }
  }

  @Test("An odd margin is halved to the even number, as torchvision does")
  func margins() {
    let line = PixelImage(width: 7, height: 1, channels: 1, pixels: [0, 1, 2, 3, 4, 5, 6])
    #expect(line.centreCropped(width: 4, height: 1).pixels == [2, 3, 4, 5])  // round(1.5) = 2
    #expect(line.centreCropped(width: 6, height: 1).pixels == [0, 1, 2, 3, 4, 5])  // round(0.5) = 0
    #expect(line.centreCropped(width: 2, height: 1).pixels == [2, 3])  // round(2.5) = 2
  }

  @Test("Padding puts the image at the centre of a square")
  func padding() {
    let wide = PixelImage(width: 3, height: 1, channels: 1, pixels: [1, 2, 3])
    #expect(wide.paddedToSquare(value: 9).pixels == [9, 9, 9, 1, 2, 3, 9, 9, 9])
    let tall = PixelImage(width: 1, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    #expect(tall.paddedToSquare().pixels == [1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0])
  }

  @Test("Scaling with a black border gives what scaling the padded square gives, to the bit")
  func padded() {
    for (width, height, channels) in [
      (61, 33, 1), (33, 61, 3), (40, 40, 1), (300, 5, 1), (5, 300, 3), (64, 20, 1), (20, 64, 1),
    ] {
      let image = drawnPattern(width, height, channels)
      let wide = PixelImage(
        width: width, height: height, channels: channels,
        samples: image.pixels.map { UInt16($0) * 200 })
      for size in [7, 20, 33, 64, 100] {
        #expect(image.padded(to: size) == image.paddedToSquare().stretched(to: size))
        #expect(wide.padded(to: size) == wide.paddedToSquare().stretched(to: size))
      }
    }
  }

  /// The square around it would hold 20,000 × 20,000 pixels.
  @Test("A very long picture is padded without its square")
  func long() throws {
    let image = drawnPattern(20_000, 4, 1)
    let before = peakMemory()
    #expect(image.padded(to: 64).width == 64)
    #expect(peakMemory() - before < 100 << 20)
  }

  /// The most memory that the process ever had, in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }

  @Test("Floats are fractions of 255 and come back")
  func floats() {
    let image = drawnPattern(16, 16, 1)
    #expect(image.floats()[3] == Float(image.pixels[3]) / 255)
    #expect(PixelImage(width: 16, height: 16, channels: 1, floats: image.floats()) == image)
    let odd = PixelImage(width: 4, height: 1, channels: 1, floats: [-1, 2, .nan, 0.5])
    #expect(odd.pixels == [0, 255, 0, 128])
  }
}
