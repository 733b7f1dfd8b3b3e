/// A number that an evaluation tells of the answers to one question.
///
/// The raw value is its name in `evaluation.json`.
package enum EvaluationMetric: String, CaseIterable, Sendable {
  case auroc
  case averagePrecision = "average-precision"
  case brier
  case logLoss = "log-loss"
  case sensitivity
  case specificity
  case positivePredictiveValue = "positive-predictive-value"
  case negativePredictiveValue = "negative-predictive-value"
  case accuracy
  case balancedAccuracy = "balanced-accuracy"
  case f1

  /// Those that depend on no threshold.
  package static let ofProbabilities: [EvaluationMetric] = [
    .auroc, .averagePrecision, .brier, .logLoss,
  ]
  /// Those of decisions.
  package static let ofDecisions = allCases.filter { !ofProbabilities.contains($0) }
  /// Those whose drop from internal to external is told.
  package static let ofDrops: [EvaluationMetric] = [
    .auroc, .averagePrecision, .sensitivity, .specificity, .balancedAccuracy, .brier,
  ]
  /// Those in which two models are compared by a paired bootstrap.
  package static let ofPairs: [EvaluationMetric] = [
    .auroc, .averagePrecision, .sensitivity, .specificity, .balancedAccuracy, .brier,
  ]

  /// Its name in a sentence or the head of a table.
  package var title: String {
    switch self {
    case .auroc: "AUROC"
    case .averagePrecision: "average precision"
    case .brier: "Brier score"
    case .logLoss: "log loss"
    case .sensitivity: "sensitivity"
    case .specificity: "specificity"
    case .positivePredictiveValue: "positive predictive value"
    case .negativePredictiveValue: "negative predictive value"
    case .accuracy: "accuracy"
    case .balancedAccuracy: "balanced accuracy"
    case .f1: "F1"
    }
  }

  /// False for losses.
  package var higherIsBetter: Bool { self != .brier && self != .logLoss }
}
