/// A number that says how good the answers of a binary classifier are.
///
/// The raw value is the name of the metric in `results.csv`.
package enum BinaryMetric: String, CaseIterable, Sendable {
  case accuracy
  case area
  case sensitivity
  case specificity
  case precision
  case f1
  case balancedAccuracy = "balanced-accuracy"
  case logLoss = "log-loss"
  case brier

  /// Its name in a sentence or the head of a table.
  package var title: String {
    switch self {
    case .accuracy: "accuracy"
    case .area: "area under the ROC"
    case .sensitivity: "sensitivity"
    case .specificity: "specificity"
    case .precision: "precision"
    case .f1: "F1"
    case .balancedAccuracy: "balanced accuracy"
    case .logLoss: "log loss"
    case .brier: "Brier score"
    }
  }

  /// False for losses.
  package var higherIsBetter: Bool { self != .logLoss && self != .brier }

  /// Whether the metric depends on the threshold above which an answer counts as positive.
  package var dependsOnThreshold: Bool {
    switch self {
    case .area, .logLoss, .brier: false
    default: true
    }
  }
}
