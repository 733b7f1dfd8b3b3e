import Evaluation

/// A threshold, where it comes from, and what it makes of cases.
package struct OperatingPoint: Sendable, Equatable {
  /// A threshold that was chosen before any external case was seen, or on them.
  package struct Threshold: Sendable, Equatable {
    /// Who chose it.
    package enum Source: String, Sendable {
      case internalValidation = "internal-validation"
      /// Fitted on validation cases that the model's head had learnt from.
      case learntValidation = "learnt-internal-validation"
      case model
      case externalData = "external-data"
    }

    /// A probability.
    package let value: Double
    package let source: Source
    /// Cases that it was fitted on; 0 where the model brings it.
    package let cases: Int

    package init(_ value: Double, _ source: Source, cases: Int) {
      self.value = value
      self.source = source
      self.cases = cases
    }
  }

  package let threshold: Threshold
  package let counts: ConfusionCounts
  /// Of every metric of decisions, in their order.
  package let estimates: [EvaluationMetric: Estimate]

  init(_ threshold: Threshold, _ answers: QuestionAnswers, _ settings: EvaluationSettings) {
    let statistics = MetricStatistics(answers, threshold: threshold.value)
    self.threshold = threshold
    counts = statistics.counts
    estimates = Dictionary(
      uniqueKeysWithValues: EvaluationMetric.ofDecisions.map {
        ($0, Estimate($0, statistics, settings))
      })
  }
}
