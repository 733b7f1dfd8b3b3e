import Foundation

/// The arithmetic mean; nil of nothing.
package func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

/// The standard deviation of a sample, with n − 1 in the denominator; nil below two values.
package func standardDeviation(_ values: [Double]) -> Double? {
  guard values.count > 1, let center = mean(values) else { return nil }
  let sum = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  return (sum / Double(values.count - 1)).squareRoot()
}

/// The quantile of sorted values, interpolated linearly between order statistics (type 7 of Hyndman
/// and Fan, NumPy's and R's default).
///
/// - Precondition: `sorted` is not empty, `probability` is within 0…1.
package func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
  precondition(!sorted.isEmpty && (0...1).contains(probability), "quantile \(probability)")
  let position = probability * Double(sorted.count - 1)
  let below = min(Int(position), sorted.count - 1)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
}

/// A range of values from `lower` to `upper`.
package struct Interval: Sendable, Equatable {
  package let lower: Double
  package let upper: Double

  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// The range around a center.
  package init(center: Double, halfWidth: Double) {
    self.init(lower: center - halfWidth, upper: center + halfWidth)
  }

  package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}
