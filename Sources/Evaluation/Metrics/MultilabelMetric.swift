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

  /// The same among the metrics of all tasks.
  package var score: ScoreMetric {
    guard let score = ScoreMetric(rawValue: rawValue) else {
      preconditionFailure("the metric \(rawValue) is not among those of all tasks")
    }
    return score
  }

  /// What to compare by where nobody says: the macro AUROC, in which every label counts alike and
  /// rare ones do not lower it by being rare.
  package static let natural = MultilabelMetric.macroAUROC
}
