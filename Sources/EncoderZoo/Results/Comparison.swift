import Evaluation

/// What the folds say about two combinations by one metric.
public struct Comparison: Sendable, Equatable {
  /// The one.
  public let first: String
  /// The other, or a baseline.
  public let second: String
  /// The mean over folds of first minus second.
  public let difference: Double
  /// The 95 % interval of the difference, corrected for training cases that folds share.
  public let interval: ClosedRange<Double>
  /// Two-sided, adjusted by Holm; nil where the difference is the same on every fold, but for zero.
  public let adjustedP: Double?
  /// The name of the better one where the adjusted p is below .05; else nil.
  public let better: String?

  init(_ pair: PairComparison) {
    (first, second) = (pair.first, pair.second)
    difference = pair.test.meanDifference
    interval = pair.interval.lower...pair.interval.upper
    (adjustedP, better) = (pair.holmP, pair.better)
  }
}
