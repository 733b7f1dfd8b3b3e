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

  /// The same among the metrics of all tasks.
  package var score: ScoreMetric {
    guard let score = ScoreMetric(rawValue: rawValue) else {
      preconditionFailure("the metric \(rawValue) is not among those of all tasks")
    }
    return score
  }

  /// What to compare by where nobody says: accuracy, or the macro AUROC where the rarest class has fewer
  /// than four fifths of its even share of the cases (of two classes: two fifths of them, as
  /// `ScoreMetric.natural`).
  ///
  /// - Parameter counts: the cases of each class.
  /// - Returns: accuracy or AUROC.
  package static func natural(for counts: [Int]) -> MulticlassMetric {
    let (least, all) = (counts.min() ?? 0, counts.reduce(0, +))
    return 5 * counts.count * least < 4 * all ? .auroc : .accuracy
  }
}
