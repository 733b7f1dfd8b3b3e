/// How often each value occurs among the samples of some pictures.
package struct PixelHistogram: Sendable, Codable {
  /// Of samples of 8 bits.
  private var eight = [Int](repeating: 0, count: 256)
  /// Of samples of 16 bits, by what is white; empty where there are none.
  private var wide: [Int: [Int]] = [:]

  package init() {}

  /// Counts a picture's samples.
  package mutating func add(_ image: PixelImage) {
    guard image.depth == 16 else {
      for byte in image.pixels { eight[Int(byte)] += 1 }
      return
    }
    let white = image.white
    var counts = wide.removeValue(forKey: white) ?? Array(repeating: 0, count: white + 1)
    image.withSamples { for sample in $0 { counts[min(Int(sample), white)] += 1 } }
    wide[white] = counts
  }

  /// Adds what another has counted.
  package mutating func add(_ other: PixelHistogram) {
    for (value, count) in other.eight.enumerated() { eight[value] += count }
    wide.merge(other.wide) { own, others in zip(own, others).map { $0 + $1 } }
  }

  /// Counts so many black samples.
  package mutating func addBlack(_ count: Int) { eight[0] += count }

  /// Mean and standard deviation, black 0 and white 1; the deviation is at least a quarter of the step
  /// between two values, so that pictures of one grey can be divided by it.
  package var moments: (mean: Double, deviation: Double) {
    guard !wide.isEmpty else {
      let count = Double(max(1, eight.reduce(0, +)))
      let mean = eight.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / count
      let variance = eight.enumerated().reduce(0.0) {
        $0 + (Double($1.offset) - mean) * (Double($1.offset) - mean) * Double($1.element)
      }
      return (mean / 255, max((variance / count).squareRoot() / 255, 1e-3))
    }
    let levels = ([(255, eight)] + wide.sorted { $0.key < $1.key }).flatMap { white, counts in
      counts.enumerated().filter { $0.element > 0 }.map {
        (value: Double($0.offset) / Double(white), count: Double($0.element))
      }
    }
    let count = levels.reduce(0) { $0 + $1.count }
    let mean = levels.reduce(0) { $0 + $1.value * $1.count } / count
    let variance = levels.reduce(0) {
      $0 + ($1.value - mean) * ($1.value - mean) * $1.count
    }
    let step = 1 / Double(wide.keys.max() ?? 255)
    return (mean, max((variance / count).squareRoot(), step / 4))
  }
}
