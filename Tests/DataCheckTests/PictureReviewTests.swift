import Basics
import DataCheck
import Images
import Testing

@Suite("Pictures that are unlike the others")
struct PictureReviewTests {
  /// A picture with a bright lower left and a dark top, and noise of its own.
  private func picture(_ seed: Int, _ change: (Int, Int, Double) -> Double = { $2 }) -> PixelImage {
    var stream = RandomStream(seed: UInt64(seed + 1))
    let (width, height) = (96, 120)
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let body = 40 + 120 * Double(y) / Double(height) + (x < 40 && y > 60 ? 60 : 0)
        let value = change(x, y, body + 12 * (stream.uniform() - 0.5))
        pixels.append(UInt8(max(0, min(255, value))))
      }
    }
    return PixelImage(width: width, height: height, channels: 1, pixels: pixels)
  }

  private func turned(_ image: PixelImage, quarters: Int) -> PixelImage {
    var image = image
    for _ in 0..<quarters {
      var pixels = [UInt8](repeating: 0, count: image.pixels.count)
      for y in 0..<image.height {
        for x in 0..<image.width {
          pixels[x * image.height + image.height - 1 - y] = image.pixels[y * image.width + x]
        }
      }
      image = PixelImage(
        width: image.height, height: image.width, channels: 1, pixels: pixels)
    }
    return image
  }

  private var ordinary: [PictureSketch?] { (0..<24).map { PictureSketch(picture($0)) } }

  @Test("Ordinary pictures are not remarked on")
  func nothing() {
    let review = PictureReview(ordinary)
    #expect((review.likeness ?? 0) > 0.8)
    #expect(review.blank.isEmpty && review.inverted.isEmpty && review.rotated.isEmpty)
    #expect(review.cut.isEmpty && review.odd.isEmpty && review.otherColour.isEmpty)
    #expect(review.dark.isEmpty && review.bright.isEmpty)
  }

  @Test("Blank, inverted, turned, cut, dark and coloured pictures are each found, and nothing else")
  func planted() {
    let dark = picture(105) { _, _, value in value / 8 }
    let grey = picture(106)
    let colour = PixelImage(
      width: grey.width, height: grey.height, channels: 3,
      pixels: grey.pixels.flatMap { [$0, $0, $0 / 2] })
    let planted: [PixelImage] = [
      picture(100) { _, _, _ in 90 }, picture(101) { _, _, value in 255 - value },
      turned(picture(102), quarters: 1), turned(picture(103), quarters: 2),
      picture(104) { _, y, value in y > 60 ? 0 : value }, dark, colour,
    ]
    let review = PictureReview(ordinary + [nil] + planted.map { PictureSketch($0) })
    #expect(review.blank == [25])
    #expect(review.inverted == [26])
    #expect(review.rotated.map(\.index) == [27, 28])
    // Turned by 90 degrees clockwise, it resembles a reference that is turned alike.
    #expect(review.rotated.map(\.degrees) == [90, 180])
    #expect(review.cut == [29])
    #expect(review.dark == [30])
    #expect(review.otherColour == [31])
    #expect(review.odd.isEmpty && review.bright.isEmpty)
  }

  @Test("Pictures of different kinds have no reference, so that none is called turned")
  func mixed() {
    let noise = (0..<24).map { seed -> PictureSketch? in
      PictureSketch(
        picture(seed) { x, y, _ in Double((x * (seed + 3) + y * (seed * 7 + 1)) % 251) })
    }
    let review = PictureReview(noise)
    #expect(review.inverted.isEmpty && review.rotated.isEmpty && review.odd.isEmpty)
  }

  @Test("A sketch has the picture's sizes, greys from 0 to 1 and a histogram that sums to 1")
  func sketch() {
    let image = PixelImage(
      width: 200, height: 100, channels: 1,
      samples: (0..<20_000).map { $0 % 200 < 100 ? 0 : 4095 }, white: 4095)
    let sketch = PictureSketch(image)
    #expect(sketch.width == 200 && sketch.height == 100 && sketch.depth == 16)
    #expect(abs(sketch.mean - 0.5) < 0.01 && abs(sketch.deviation - 0.5) < 0.01)
    #expect(abs(sketch.histogram.reduce(0, +) - 1) < 1e-5)
    #expect(sketch.small.count == PictureSketch.side * PictureSketch.side)
    #expect(!sketch.hasColour)
  }
}
