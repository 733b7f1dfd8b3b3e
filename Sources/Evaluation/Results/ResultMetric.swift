import Basics

/// What a row of `results.csv` tells.
///
/// The raw value is its name there.
package enum ResultMetric: RawRepresentable, Hashable, Sendable {
  case score(ScoreMetric)
  /// The metric of one label, or of one class against the rest, such as `auroc of Mass`.
  case label(ScoreMetric, String)
  /// The threshold that the validation subset chose, a probability.
  case threshold
  /// The threshold of one label of several.
  case thresholdOf(String)

  private static let of = " of "

  package var rawValue: String {
    switch self {
    case .score(let metric): metric.rawValue
    case .label(let metric, let label): metric.rawValue + ResultMetric.of + label
    case .threshold: FittedThresholdSubset.thresholdMetric
    case .thresholdOf(let label):
      FittedThresholdSubset.thresholdMetric + ResultMetric.of + label
    }
  }

  /// The metric of a name, of today's or a former one.
  package init?(rawValue: String) {
    let rawValue = FormerNames.metric(rawValue)
    if let metric = ScoreMetric(rawValue: rawValue) {
      self = .score(metric)
    } else if rawValue == FittedThresholdSubset.thresholdMetric {
      self = .threshold
    } else if let of = rawValue.firstRange(of: ResultMetric.of), of.upperBound < rawValue.endIndex {
      let (name, label) = (rawValue[..<of.lowerBound], String(rawValue[of.upperBound...]))
      if name == FittedThresholdSubset.thresholdMetric {
        self = .thresholdOf(label)
      } else if let metric = ScoreMetric(rawValue: String(name)) {
        self = .label(metric, label)
      } else {
        return nil
      }
    } else {
      return nil
    }
  }

  /// Where it stands in a table: the threshold, metrics of all cases, then those of each label.
  var place: Int {
    switch self {
    case .threshold: 0
    case .score(let metric): 1 + (ScoreMetric.allCases.firstIndex(of: metric) ?? 0)
    case .thresholdOf, .label: 1 + ScoreMetric.allCases.count
    }
  }
}
