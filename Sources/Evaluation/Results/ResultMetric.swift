/// What a row of `results.csv` tells.
///
/// The raw value is its name there.
package enum ResultMetric: RawRepresentable, Hashable, Sendable {
  case binary(BinaryMetric)
  /// The threshold that the validation part chose, a probability.
  case threshold
  /// The area of one finding of several.
  case areaOf(String)

  private static let areaPrefix = "area of "

  package var rawValue: String {
    switch self {
    case .binary(let metric): metric.rawValue
    case .threshold: FittedThresholdPart.thresholdMetric
    case .areaOf(let finding): ResultMetric.areaPrefix + finding
    }
  }

  package init?(rawValue: String) {
    if let metric = BinaryMetric(rawValue: rawValue) {
      self = .binary(metric)
    } else if rawValue == FittedThresholdPart.thresholdMetric {
      self = .threshold
    } else if rawValue.hasPrefix(ResultMetric.areaPrefix) {
      self = .areaOf(String(rawValue.dropFirst(ResultMetric.areaPrefix.count)))
    } else {
      return nil
    }
  }
}
