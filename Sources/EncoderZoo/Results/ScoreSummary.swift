/// A metric of one combination over the folds of a study.
public struct ScoreSummary: Sendable, Equatable {
  /// One for each fold where the metric is defined, in the order of the folds.
  public let values: [Double]
  /// Their mean.
  public let mean: Double
  /// With n − 1; nil below two values.
  public let standardDeviation: Double?
  /// The 95 % interval of the mean, corrected for training cases that folds share (Nadeau and
  /// Bengio 2003, https://doi.org/10.1023/A:1024068626366), within what the metric can be; nil
  /// below two values.
  public let interval: ClosedRange<Double>?
}
