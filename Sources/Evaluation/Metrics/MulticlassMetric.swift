/// A number that says how good the answers of a classifier of several classes are.
///
/// The raw value is the name of the metric in files.
package enum MulticlassMetric: String, CaseIterable, Sendable {
  case accuracy
  case balancedAccuracy = "balanced-accuracy"
  case macroF1 = "macro-f1"
  case weightedF1 = "weighted-f1"
  case auroc = "macro-auroc"
  case kappa
  case quadraticKappa = "quadratic-kappa"
  case logLoss = "log-loss"

  /// Its name in a sentence or the head of a table.
  package var title: String {
    switch self {
    case .accuracy: "accuracy"
    case .balancedAccuracy: "balanced accuracy"
    case .macroF1: "macro F1"
    case .weightedF1: "weighted F1"
    case .auroc: "macro AUROC, one against rest"
    case .kappa: "Cohen's kappa"
    case .quadraticKappa: "Cohen's kappa, quadratic weights"
    case .logLoss: "log loss"
    }
  }

  /// False for losses.
  package var higherIsBetter: Bool { self != .logLoss }

  /// Whether it asks for the most probable class alone, not for the probabilities.
  package var dependsOnDecision: Bool { self != .logLoss && self != .auroc }

  /// The values it can have, as far as they are bounded.
  package var bounds: (lower: Double, upper: Double) {
    switch self {
    case .logLoss: (0, .infinity)
    case .kappa, .quadraticKappa: (-1, 1)
    default: (0, 1)
    }
  }

  /// What to compare by where nobody says: accuracy, or the macro AUROC where the rarest class has fewer
  /// than four fifths of its even share of the cases (of two classes: two fifths of them, as
  /// `BinaryMetric.natural`).
  ///
  /// - Parameter counts: the cases of each class.
  /// - Returns: accuracy or AUROC.
  package static func natural(for counts: [Int]) -> MulticlassMetric {
    let (least, all) = (counts.min() ?? 0, counts.reduce(0, +))
    return 5 * counts.count * least < 4 * all ? .auroc : .accuracy
  }
}
