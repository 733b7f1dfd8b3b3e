import Images
import Testing
import Training

@testable import Explanation

@Suite("From the model's pixels to the original's")
struct GeometryTests {
  @Test(
    "Corners and centres come back to where they were",
    arguments: [
      // Cropped: 400 x 300 becomes 298 x 224, of which 37 columns are cut at each side.
      (400, 300, 224, ImagePreprocessing.Fit.crop, (0.0, 0.0), (37.0 * 400 / 298, 0.0)),
      (300, 400, 224, .crop, (112, 112), (150, 149 * 400.0 / 298)),
      (1024, 1024, 256, .crop, (10, 20), (40, 80)),
      (400, 300, 100, .pad, (0, 0), (0, -50)),
      (400, 300, 100, .pad, (50, 50), (200, 150)),
      (400, 300, 100, .stretch, (50, 100), (200, 300)),
    ])
  func places(
    width: Int, height: Int, size: Int, fit: ImagePreprocessing.Fit, seen: (Double, Double),
    original: (Double, Double)
  ) {
    let geometry = ImageGeometry(width: width, height: height, size: size, fit: fit)
    let found = geometry.original(x: seen.0, y: seen.1)
    #expect(abs(found.x - original.0) < 1e-9 && abs(found.y - original.1) < 1e-9, "\(found)")
    let back = geometry.seen(x: found.x, y: found.y)
    #expect(abs(back.x - seen.0) < 1e-9 && abs(back.y - seen.1) < 1e-9)
  }

  @Test("A crop of a larger picture keeps its margins")
  func margins() {
    // 512 × 512 brought to 256, of which the middle 224 is kept: 16 pixels of margin, 2 original a pixel.
    let geometry = ImageGeometry(width: 512, height: 512, size: 224, resize: 256, fit: .crop)
    let corner = geometry.original(x: 0, y: 0)
    #expect(corner.x == 32 && corner.y == 32)
    let end = geometry.original(x: 224, y: 224)
    #expect(end.x == 480 && end.y == 480)
  }

  @Test(
    "A bright spot is found where it was",
    arguments: [(401, 300), (300, 401), (640, 333), (224, 224)],
    [ImagePreprocessing.Fit.crop, .pad, .stretch])
  func spot(size: (Int, Int), fit: ImagePreprocessing.Fit) {
    let (width, height) = size
    let (spotX, spotY) = (width / 2 + 20, height / 2 - 30)
    var pixels = [UInt8](repeating: 0, count: width * height)
    for y in spotY - 8..<spotY + 8 {
      for x in spotX - 8..<spotX + 8 { pixels[y * width + x] = 255 }
    }
    let image = PixelImage(width: width, height: height, channels: 1, pixels: pixels)
    let seen =
      switch fit {
      case .crop: image.resized(shorterSide: 128, crop: 128)
      case .pad: image.paddedToSquare().stretched(to: 128)
      case .stretch: image.stretched(to: 128)
      }
    var (sum, x, y) = (0.0, 0.0, 0.0)
    for (index, value) in seen.pixels.enumerated() {
      sum += Double(value)
      x += Double(value) * (Double(index % 128) + 0.5)
      y += Double(value) * (Double(index / 128) + 0.5)
    }
    let found = ImageGeometry(width: width, height: height, size: 128, fit: fit)
      .original(x: x / sum, y: y / sum)
    #expect(abs(found.x - Double(spotX)) < 0.1 && abs(found.y - Double(spotY)) < 0.1, "\(found)")
  }

  @Test("A circle on a stretched image is again around the farthest member")
  func stretched() {
    let one = SignalNeighbourhood(
      points: [0, 2, 4], map: AttributionMap(height: 1, width: 5, values: [1, 1, 1, 1, 1]))
    let geometry = ImageGeometry(width: 20, height: 10, size: 5, fit: .stretch)
    #expect(one.circle == Circle(x: 2.5, y: 0.5, radius: 2))
    #expect(one.circle(in: geometry, mapWidth: 5) == Circle(x: 10, y: 1, radius: 8))
  }
}
