import Basics

/// What a row of `results.csv` tells.
///
/// The raw value is its name there.
package enum ResultMetric: RawRepresentable, Hashable, Sendable {
  case binary(BinaryMetric)
  /// The threshold that the validation subset chose, a probability.
  case threshold
  /// The AUROC of one finding of several.
  case aurocOf(String)

  private static let aurocPrefix = "auroc of "

  package var rawValue: String {
    switch self {
    case .binary(let metric): metric.rawValue
    case .threshold: FittedThresholdSubset.thresholdMetric
    case .aurocOf(let finding): ResultMetric.aurocPrefix + finding
    }
  }

  /// The metric of a name, of today's or a former one.
  package init?(rawValue: String) {
    let rawValue = FormerNames.metric(rawValue)
    if let metric = BinaryMetric(rawValue: rawValue) {
      self = .binary(metric)
    } else if rawValue == FittedThresholdSubset.thresholdMetric {
      self = .threshold
    } else if rawValue.hasPrefix(ResultMetric.aurocPrefix) {
      self = .aurocOf(String(rawValue.dropFirst(ResultMetric.aurocPrefix.count)))
    } else {
      return nil
    }
  }
}
