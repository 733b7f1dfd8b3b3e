/// A number that says how good a classifier's answers are.
///
/// The raw value is the name of the metric in `results.csv` and in specifications.
package enum ScoreMetric: String, CaseIterable, Sendable {
  case accuracy
  case auroc
  case sensitivity
  case specificity
  case precision
  case f1
  case balancedAccuracy = "balanced-accuracy"
  case logLoss = "log-loss"
  case brier
  case macroAUROC = "macro-auroc"
  case macroF1 = "macro-f1"
  case weightedF1 = "weighted-f1"
  case kappa
  case quadraticKappa = "quadratic-kappa"
  case microAUROC = "micro-auroc"
  case macroAveragePrecision = "macro-average-precision"
  case microAveragePrecision = "micro-average-precision"
  case microF1 = "micro-f1"
  case exactMatch = "exact-match"
  case hammingLoss = "hamming-loss"
  /// Of one label alone.
  case averagePrecision = "average-precision"

  /// The metrics of a task, in the order of tables.
  package static func metrics(of task: TaskKind) -> [ScoreMetric] {
    switch task {
    case .binary:
      [
        .accuracy, .auroc, .sensitivity, .specificity, .precision, .f1, .balancedAccuracy, .logLoss,
        .brier,
      ]
    case .multiClass: MulticlassMetric.allCases.map(\.score)
    case .multiLabel: MultilabelMetric.allCases.map(\.score)
    }
  }

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
    case .macroAUROC: "macro AUROC"
    case .macroF1: "macro F1"
    case .weightedF1: "weighted F1"
    case .kappa: "Cohen's kappa"
    case .quadraticKappa: "Cohen's kappa, quadratic weights"
    case .microAUROC: "micro AUROC"
    case .macroAveragePrecision: "mean average precision (mAP)"
    case .microAveragePrecision: "micro average precision"
    case .microF1: "micro F1"
    case .exactMatch: "exact match"
    case .hammingLoss: "Hamming loss"
    case .averagePrecision: "average precision"
    }
  }

  /// False for losses.
  package var higherIsBetter: Bool {
    switch self {
    case .logLoss, .brier, .hammingLoss: false
    default: true
    }
  }

  /// Whether the metric depends on the threshold above which an answer counts as positive, or on which
  /// class is the most probable.
  package var dependsOnThreshold: Bool {
    switch self {
    case .auroc, .logLoss, .brier, .macroAUROC, .microAUROC, .macroAveragePrecision,
      .microAveragePrecision, .averagePrecision:
      false
    default: true
    }
  }

  /// The values it can have, as far as they are bounded.
  package var bounds: (lower: Double, upper: Double) {
    switch self {
    case .logLoss: (0, .infinity)
    case .kappa, .quadraticKappa: (-1, 1)
    default: (0, 1)
    }
  }

  /// What to compare by where nobody says.
  ///
  /// - Of two classes accuracy, or the AUROC where they are so unequal (fewer than two fifths of one) that
  ///   calling all cases alike makes a good accuracy; of several classes likewise, see
  ///   `MulticlassMetric.natural`.
  /// - Of labels that a case may have together the macro AUROC, in which every label counts alike and rare
  ///   ones do not lower it by being rare.
  ///
  /// - Parameters:
  ///   - task: what is asked.
  ///   - counts: the cases of each class or label.
  /// - Returns: the metric.
  package static func natural(_ task: TaskKind, for counts: [Int]) -> ScoreMetric {
    switch task {
    case .binary:
      5 * (counts.min() ?? 0) < 2 * counts.reduce(0, +) ? .auroc : .accuracy
    case .multiClass: MulticlassMetric.natural(for: counts).score
    case .multiLabel: MultilabelMetric.natural.score
    }
  }
}
