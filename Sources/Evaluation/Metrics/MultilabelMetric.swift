/// A number that says how good the answers of a classifier of several labels are, of which a case may
/// have any number.
///
/// The raw value is the name of the metric in files.
package enum MultilabelMetric: String, CaseIterable, Sendable {
  case macroAUROC = "macro-auroc"
  case microAUROC = "micro-auroc"
  case macroAveragePrecision = "macro-average-precision"
  case microAveragePrecision = "micro-average-precision"
  case macroF1 = "macro-f1"
  case microF1 = "micro-f1"
  case exactMatch = "exact-match"
  case hammingLoss = "hamming-loss"
  case logLoss = "log-loss"

  /// Its name in a sentence or the head of a table.
  package var title: String {
    switch self {
    case .macroAUROC: "macro AUROC"
    case .microAUROC: "micro AUROC"
    case .macroAveragePrecision: "mean average precision (mAP)"
    case .microAveragePrecision: "micro average precision"
    case .macroF1: "macro F1"
    case .microF1: "micro F1"
    case .exactMatch: "exact match"
    case .hammingLoss: "Hamming loss"
    case .logLoss: "log loss"
    }
  }

  /// False for losses.
  package var higherIsBetter: Bool { self != .hammingLoss && self != .logLoss }

  /// Whether the metric depends on the thresholds above which labels count as present.
  package var dependsOnDecision: Bool {
    switch self {
    case .macroF1, .microF1, .exactMatch, .hammingLoss: true
    default: false
    }
  }

  /// The values it can have, as far as they are bounded.
  package var bounds: (lower: Double, upper: Double) { (0, self == .logLoss ? .infinity : 1) }

  /// What to compare by where nobody says: the macro AUROC, in which every label counts alike and
  /// rare ones do not lower it by being rare.
  package static let natural = MultilabelMetric.macroAUROC
}
