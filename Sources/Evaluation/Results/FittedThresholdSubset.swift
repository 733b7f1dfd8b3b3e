/// The subsets of a results table in which answers are scored at a threshold that the validation subset
/// chose, in place of 0.5.
package enum FittedThresholdSubset: String, Sendable, CaseIterable {
  /// The validation subset, which chose it: these scores are optimistic.
  case validation = "validation, fitted threshold"
  /// The test subset, which had no say in it.
  case test = "test, fitted threshold"

  /// The metric that holds the threshold itself, a probability.
  package static let thresholdMetric = "threshold"

  /// The rows of one combination on one split: the threshold, and every metric that depends on it.
  ///
  /// - Parameters:
  ///   - rule: how validation chooses.
  ///   - validation: whether each case is positive, and its probability.
  ///   - test: the same.
  ///   - combination: the rows' combination.
  ///   - split: the rows' split.
  /// - Returns: rows of both subsets.
  /// - Throws: `ZooError` for a number that is no probability.
  package static func rows(
    _ rule: ThresholdRule, validation: (labels: [Bool], probabilities: [Double]),
    test: (labels: [Bool], probabilities: [Double]), combination: String, split: String
  ) throws -> [ResultRow] {
    let threshold = rule.threshold(
      labels: validation.labels, probabilities: validation.probabilities)
    return try [(FittedThresholdSubset.validation, validation), (.test, test)].flatMap {
      subset, cases in
      let evaluation = try BinaryEvaluation(
        labels: cases.labels, probabilities: cases.probabilities, threshold: threshold)
      func row(_ metric: ResultMetric, _ value: Double?) -> ResultRow {
        ResultRow(
          combination: combination, split: split, subset: .fitted(subset), metric: metric,
          value: value)
      }
      return [row(.threshold, threshold)]
        + BinaryMetric.allCases.filter(\.dependsOnThreshold).map {
          row(.binary($0), evaluation[$0])
        }
    }
  }
}
