import Basics
import Foundation

/// The metrics of one classifier of several labels on one set of cases, answers that are not known
/// left out.
///
/// Macro means are over the labels that define the metric: `undefinedLabels` says which do not, and why.
/// Micro means pool all known answers (Zhang & Zhou 2014, https://doi.org/10.1109/TKDE.2013.39).
package struct MultilabelEvaluation: Sendable, Equatable {
  /// One a label.
  package let labels: [LabelFigures]
  private let microAUROC: Determined<Double>
  private let microAveragePrecision: Determined<Double>
  private let exactMatch: Determined<Double>
  private let logLoss: Determined<Double>

  /// The evaluation of logits `[cases, labels]`, row after row; the log loss of an answer is that of
  /// `BinaryEvaluation`.
  ///
  /// - Parameters:
  ///   - answers: whether each label is there.
  ///   - mask: false where that is not known; nil for all known.
  ///   - logits: log(p / (1 − p)).
  ///   - thresholds: probabilities, one a label; nil for 0.5 each.
  ///   - labelCount: the length of a row.
  /// - Throws: `ZooError` of code `.notFinite` that names the index of the first bad logit.
  /// - Precondition: equal counts, a multiple of `labelCount`; a threshold for each label.
  package init(
    answers: [Bool], mask: [Bool]? = nil, logits: [Double], thresholds: [Double]? = nil,
    labelCount: Int
  ) throws {
    try checkFinite(logits, "logit")
    self.init(
      answers: answers, mask: mask, ranks: logits, probabilities: logits.map(sigmoid),
      thresholds: thresholds, labelCount: labelCount
    ) { LogLoss.of(logit: logits[$0], isPositive: answers[$0]) }
  }

  /// The evaluation of probabilities `[cases, labels]`, row after row.
  ///
  /// - Throws: `ZooError` of code `.notFinite` or `.badValue` that names the index of the first number
  ///   that is no probability.
  /// - Precondition: as for logits.
  package init(
    answers: [Bool], mask: [Bool]? = nil, probabilities: [Double], thresholds: [Double]? = nil,
    labelCount: Int
  ) throws {
    try checkProbabilities(probabilities)
    self.init(
      answers: answers, mask: mask, ranks: probabilities, probabilities: probabilities,
      thresholds: thresholds, labelCount: labelCount
    ) { index in
      LogLoss.of(probability: answers[index] ? probabilities[index] : 1 - probabilities[index])
    }
  }

  private init(
    answers: [Bool], mask: [Bool]?, ranks: [Double], probabilities: [Double],
    thresholds: [Double]?, labelCount: Int, loss: (Int) -> Double
  ) {
    let shape = LabelShape(answers, mask, ranks.count, labelCount)
    let thresholds = thresholds ?? [Double](repeating: 0.5, count: labelCount)
    precondition(
      thresholds.count == labelCount, "\(thresholds.count) thresholds for \(labelCount) labels")
    labels = (0..<labelCount).map { label in
      let known = shape.entries(of: label)
      let own = known.map { answers[$0] }
      let ranked = RankedScores(labels: own, scores: known.map { ranks[$0] })
      return LabelFigures(
        counts: ConfusionCounts(
          labels: own, probabilities: known.map { probabilities[$0] }, threshold: thresholds[label]),
        threshold: thresholds[label], unknown: shape.caseCount - known.count,
        auroc: ranked.auroc, averagePrecision: ranked.averagePrecision)
    }
    let known = answers.indices.filter(shape.isKnown)
    let pooled = RankedScores(
      labels: known.map { answers[$0] }, scores: known.map { ranks[$0] })
    microAUROC = pooled.auroc
    microAveragePrecision = pooled.averagePrecision
    logLoss = Determined(mean(known.map(loss)), else: .noCases)
    var (matching, asked) = (0, 0)
    for row in 0..<shape.caseCount {
      let entries = (row * labelCount..<(row + 1) * labelCount).filter(shape.isKnown)
      guard !entries.isEmpty else { continue }
      asked += 1
      let isRight = entries.allSatisfy {
        (probabilities[$0] >= thresholds[$0 % labelCount]) == answers[$0]
      }
      if isRight { matching += 1 }
    }
    exactMatch = Determined(
      asked == 0 ? nil : Double(matching) / Double(asked), else: .noCases)
  }

  /// The counts of all labels together.
  package var pooledCounts: ConfusionCounts {
    labels.reduce(
      into: ConfusionCounts(
        truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0)
    ) { sum, label in
      sum.truePositives += label.counts.truePositives
      sum.falsePositives += label.counts.falsePositives
      sum.trueNegatives += label.counts.trueNegatives
      sum.falseNegatives += label.counts.falseNegatives
    }
  }

  /// The value of a metric, or why it has none.
  ///
  /// - exact match: the share of the cases with a known answer of which all known answers are right;
  /// - Hamming loss: the share of wrong ones among all known answers.
  package subscript(metric: MultilabelMetric) -> Determined<Double> {
    let pooled = pooledCounts
    switch metric {
    case .macroAUROC: return macro(\.auroc)
    case .microAUROC: return microAUROC
    case .macroAveragePrecision: return macro(\.averagePrecision)
    case .microAveragePrecision: return microAveragePrecision
    case .macroF1: return macro(\.f1)
    case .microF1:
      return Determined(pooled.f1, else: pooled.total == 0 ? .noCases : .noPositives)
    case .exactMatch: return exactMatch
    case .hammingLoss: return Determined(pooled.accuracy.map { 1 - $0 }, else: .noCases)
    case .logLoss: return logLoss
    }
  }

  /// The labels that are in no macro mean of the AUROC, and why.
  package var undefinedLabels: [(label: Int, reason: Undefined)] {
    labels.enumerated().compactMap { index, figures in
      figures.auroc.reason.map { (index, $0) }
    }
  }

  private func macro(_ value: (LabelFigures) -> Determined<Double>) -> Determined<Double> {
    let values = labels.map(value)
    let isEmpty = values.allSatisfy { $0.reason == .noCases }
    return Determined(
      mean(values.compactMap(\.value)), else: isEmpty ? .noCases : .noDefinedLabels)
  }
}
