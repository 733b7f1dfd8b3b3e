import Basics
import Foundation

@testable import Explanation

/// A file that `Resources/` holds beside the script that made it.
func resource(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Resources/\(name)").path
}

/// Synthetic signals: blobs of known number on a map, with noise.
struct Blobs {
  var map: AttributionMap
  var count: Int

  /// 1 to 4 blobs of 60–200 signals, `separation` pixels apart at least, and up to `noise` of all
  /// signals spread over the map.
  init(elongated: Bool, noise: Double, separation: Double, random: inout RandomStream) {
    let side = 224
    count = 1 + random.below(4)
    var centres: [(x: Double, y: Double)] = []
    while centres.count < count {
      let one = (x: random.uniform(30, 194), y: random.uniform(30, 194))
      if centres.allSatisfy({ hypot($0.x - one.x, $0.y - one.y) >= separation }) {
        centres.append(one)
      }
    }
    var values = [Float](repeating: 0, count: side * side)
    var placed = 0
    func place(_ x: Int, _ y: Int, _ random: inout RandomStream) {
      guard x >= 0, y >= 0, x < side, y < side else { return }
      values[y * side + x] = Float(random.uniform(1, 2))
      placed += 1
    }
    for centre in centres {
      let long = elongated ? random.uniform(9, 12) : random.uniform(5, 9)
      let short = elongated ? random.uniform(4, 5) : long
      let angle = random.uniform(0, Double.pi)
      for _ in 0..<(60 + random.below(140)) {
        let (a, b) = (long * random.normal(), short * random.normal())
        place(
          Int((centre.x + a * cos(angle) - b * sin(angle)).rounded()),
          Int((centre.y + a * sin(angle) + b * cos(angle)).rounded()), &random)
      }
    }
    let share = random.uniform(0, noise)
    for _ in 0..<Int((Double(placed) * share / (1 - share)).rounded()) {
      place(random.below(side), random.below(side), &random)
    }
    map = AttributionMap(height: side, width: side, values: values)
  }
}

/// A map that is zero but for some pixels.
func map(_ height: Int, _ width: Int, _ scores: [(x: Int, y: Int, score: Float)]) -> AttributionMap
{
  var values = [Float](repeating: 0, count: height * width)
  for item in scores { values[item.y * width + item.x] = item.score }
  return AttributionMap(height: height, width: width, values: values)
}
