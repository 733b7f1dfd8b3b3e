/// A line that never falls, through points.
package struct IsotonicLine: Sendable, Equatable {
  /// Rising.
  package let x: [Double]
  /// Not falling, within 0…1.
  package let y: [Double]

  /// A line through points; nil unless `x` rises, `y` does not fall, and there is a point.
  package init?(x: [Double], y: [Double]) {
    guard !x.isEmpty, x.count == y.count, x.allSatisfy(\.isFinite),
      zip(x, x.dropFirst()).allSatisfy(<), zip(y, y.dropFirst()).allSatisfy(<=),
      y.allSatisfy({ $0 >= 0 && $0 <= 1 })
    else { return nil }
    self.x = x
    self.y = y
  }

  /// The line of least squares that never falls, by pooling adjacent violators (Ayer and others 1955,
  /// https://doi.org/10.1214/aoms/1177728423; Barlow and others 1972).
  ///
  /// Equal `x` are pooled first. Of each level only its two ends are kept. O(n log n).
  ///
  /// - Returns: undefined without cases or where a class is absent.
  /// - Precondition: as many labels as `x`, which are finite.
  static func fit(_ x: [Double], labels: [Bool]) -> Determined<IsotonicLine> {
    precondition(x.count == labels.count, "\(x.count) values for \(labels.count) labels")
    let positives = labels.count { $0 }
    if let reason = absence(positives: positives, negatives: labels.count - positives) {
      return .undefined(reason)
    }
    struct Level {
      let first: Double
      var last: Double
      var count: Int
      var positives: Int
    }
    var levels: [Level] = []
    var next = 0
    let order = x.indices.sorted { x[$0] < x[$1] }
    while next < order.count {
      let value = x[order[next]]
      var level = Level(first: value, last: value, count: 0, positives: 0)
      while next < order.count, x[order[next]] == value {
        level.count += 1
        if labels[order[next]] { level.positives += 1 }
        next += 1
      }
      // Whole numbers: shares are compared exactly. Equal ones are one level.
      while let before = levels.last,
        before.positives * level.count >= level.positives * before.count
      {
        level = Level(
          first: before.first, last: level.last, count: before.count + level.count,
          positives: before.positives + level.positives)
        levels.removeLast()
      }
      levels.append(level)
    }
    var (points, values): ([Double], [Double]) = ([], [])
    for level in levels {
      let share = Double(level.positives) / Double(level.count)
      points.append(level.first)
      values.append(share)
      guard level.last > level.first else { continue }
      points.append(level.last)
      values.append(share)
    }
    return Determined(IsotonicLine(x: points, y: values), else: .noCases)
  }

  /// The height of the line.
  package func value(at position: Double) -> Double {
    let above = ReliabilityBins.place(of: position, x)
    if above == 0 { return y[0] }
    if above == x.count { return y[above - 1] }
    let (left, right) = (x[above - 1], x[above])
    return y[above - 1] + (y[above] - y[above - 1]) * ((position - left) / (right - left))
  }
}
