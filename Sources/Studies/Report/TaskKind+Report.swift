import Evaluation

/// What the report shows of each task.
extension TaskKind {
  /// The metrics with a column in the table of scores.
  var scoreColumns: [ScoreMetric] {
    switch self {
    case .binary: [.accuracy, .auroc, .sensitivity, .specificity, .f1, .logLoss]
    case .multiClass: [.accuracy, .balancedAccuracy, .macroF1, .macroAUROC, .kappa, .logLoss]
    case .multiLabel:
      [
        .macroAUROC, .macroAveragePrecision, .microAUROC, .macroF1, .exactMatch, .hammingLoss,
        .logLoss,
      ]
    }
  }

  /// The two that stand where there is room for no more.
  var chiefMetrics: [ScoreMetric] {
    switch self {
    case .binary: [.accuracy, .auroc]
    case .multiClass: [.accuracy, .macroAUROC]
    case .multiLabel: [.macroAUROC, .macroAveragePrecision]
    }
  }

  /// The metric of the learning curves beside the log loss.
  package var epochMetric: ScoreMetric { self == .multiLabel ? .macroAUROC : .accuracy }

  /// The metrics of each label, or of each class against the rest, in its table; none of a binary task.
  var labelColumns: [ScoreMetric] {
    switch self {
    case .binary: []
    case .multiClass: [.auroc, .sensitivity, .precision, .f1]
    case .multiLabel: [.auroc, .averagePrecision]
    }
  }

  /// What one of its labels is called in a sentence.
  var labelWord: String { self == .multiLabel ? "label" : "class" }
  /// What several are called.
  var labelsWord: String { self == .multiLabel ? "labels" : "classes" }
}

extension ScoreMetric {
  /// Its name as the head of a column, HTML.
  var columnHead: String {
    let name = self == .macroAveragePrecision ? "mAP" : title
    let head = name.prefix(1).uppercased() + String(name.dropFirst())
    let text = self == .macroAveragePrecision ? name : head
    return higherIsBetter ? text : "\(text)<br><small>lower is better</small>"
  }
}

extension String {
  /// The same with its first letter as a capital.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
