import Basics

/// The subsets of a results table in which answers are scored at a threshold that the validation subset
/// chose, in place of 0.5.
package enum FittedThresholdSubset: String, Sendable, CaseIterable {
  /// The validation subset, which chose it: these scores are optimistic.
  case validation = "validation, fitted threshold"
  /// The test subset, which had no say in it.
  case test = "test, fitted threshold"

  /// The metric that holds the threshold itself, a probability.
  package static let thresholdMetric = "threshold"

  /// Targets and answers of some cases, `[cases, outputs]`.
  package typealias Scored = (targets: [Float], answers: Answers)

  /// The rows of one combination on one split: the threshold, one for each label that a case may have beside
  /// others, and every metric that depends on it; none of several classes, of which the most probable is
  /// chosen.
  ///
  /// - Parameters:
  ///   - rule: how validation chooses.
  ///   - task: what is asked.
  ///   - labels: of the task.
  ///   - validation: targets and answers.
  ///   - test: the same.
  ///   - combination: the rows' combination.
  ///   - split: the rows' split.
  /// - Returns: rows of both subsets.
  /// - Throws: `ZooError` for a number that is no answer.
  package static func rows(
    _ rule: ThresholdRule, _ task: TaskKind, labels: [String], validation: Scored, test: Scored,
    combination: String, split: String
  ) throws -> [ResultRow] {
    guard task != .multiClass else { return [] }
    let outputs = task.outputs(labels)
    let thresholds = MultilabelThresholds(
      rule, answers: validation.targets.map { $0 > 0.5 },
      mask: validation.targets.map { !$0.isNaN },
      probabilities: validation.answers.probabilities(of: task, outputs: outputs.count),
      labelCount: outputs.count
    ).values
    let names: [ResultMetric] =
      task == .binary ? [.threshold] : outputs.map(ResultMetric.thresholdOf)
    return try [(FittedThresholdSubset.validation, validation), (.test, test)].flatMap {
      subset, cases in
      let evaluation = try TaskEvaluation(
        task, labels: labels, targets: cases.targets, answers: cases.answers,
        thresholds: thresholds)
      return
        (zip(names, thresholds).map { ($0, Optional($1)) }
        + evaluation.values(thresholdsOnly: true))
        .map { metric, value in
          ResultRow(
            combination: combination, split: split, subset: .fitted(subset), metric: metric,
            value: value)
        }
    }
  }
}
