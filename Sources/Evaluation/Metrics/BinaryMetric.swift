/// A number that says how good the answers of a binary classifier are.
///
/// The raw value is the name of the metric in `results.csv`.
package enum BinaryMetric: String, CaseIterable, Sendable {
  case accuracy
  case auroc
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
    case .auroc: "AUROC"
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
    case .auroc, .logLoss, .brier: false
    default: true
    }
  }

  /// The values it can have, as far as they are bounded.
  package var bounds: (lower: Double, upper: Double) { (0, self == .logLoss ? .infinity : 1) }

  /// What to compare by where nobody says: accuracy, or the area where the classes are so unequal
  /// (fewer than two fifths of one) that calling all cases alike makes a good accuracy.
  ///
  /// - Parameter counts: the cases of each class.
  /// - Returns: accuracy or area.
  package static func natural(for counts: [Int]) -> BinaryMetric {
    let (least, all) = (counts.min() ?? 0, counts.reduce(0, +))
    return 5 * least < 2 * all ? .auroc : .accuracy
  }
}
