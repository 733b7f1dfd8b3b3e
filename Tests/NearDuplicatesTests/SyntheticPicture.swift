import Basics
import Foundation
import Images
import Testing

/// What is done to a copy of a picture.
struct Planted: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var isMirrored = false
  var degrees = 0.0
  /// The share that is cut off at each side.
  var crop = 0.0
  var gamma = 1.0

  init(
    _ name: String, isMirrored: Bool = false, degrees: Double = 0, crop: Double = 0,
    gamma: Double = 1
  ) {
    testDescription = name
    (self.isMirrored, self.degrees, self.crop, self.gamma) = (isMirrored, degrees, crop, gamma)
  }
}

/// A picture of soft spots, known between its pixels, so that it can be turned and cut without loss.
struct SyntheticPicture {
  private var spots: [(x: Double, y: Double, radius: Double, height: Double)] = []

  init(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed + 1))
    for _ in 0..<160 {
      spots.append(
        (
          Double(stream.uniform()), Double(stream.uniform()),
          0.01 + 0.05 * Double(stream.uniform()),
          Double(stream.uniform()) - 0.5
        ))
    }
  }

  /// The picture in 128 × 128 greys, or a changed copy.
  func image(_ change: Planted? = nil) -> PixelImage {
    let change = change ?? Planted("")
    let side = 128
    var sums = [Double](repeating: 0, count: side * side)
    let (c, s) = (cos(change.degrees * .pi / 180), sin(change.degrees * .pi / 180))
    let scale = Double(side) / (1 - 2 * change.crop)
    for spot in spots {
      // The spot's place in the changed copy, in pixels.
      let (dx, dy) = (spot.x - 0.5, spot.y - 0.5)
      var x = (c * dx + s * dy) * scale + Double(side) / 2
      let y = (c * dy - s * dx) * scale + Double(side) / 2
      if change.isMirrored { x = Double(side) - x }
      let radius = spot.radius * scale
      let reach = 3 * radius
      // Spots may lie outside of a cropped copy.
      func pixels(around place: Double, _ reach: Double) -> Range<Int> {
        min(side, max(0, Int(place - reach)))..<min(side, max(0, Int(place + reach) + 1))
      }
      for row in pixels(around: y, reach) {
        for column in pixels(around: x, reach) {
          let (ex, ey) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
          sums[row * side + column] +=
            spot.height * exp(-(ex * ex + ey * ey) / (2 * radius * radius))
        }
      }
    }
    return PixelImage(
      width: side, height: side, channels: 1,
      pixels: sums.map { UInt8(255 * pow(1 / (1 + exp(-3 * $0)), change.gamma)) })
  }
}
