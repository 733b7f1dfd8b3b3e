import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Several labels")
struct MultilabelTests {
  private let answers = [
    true, false, false, false, true, false, true, true, false, false, false, false,
  ]
  private let probabilities = [0.9, 0.4, 0.1, 0.6, 0.7, 0.2, 0.5, 0.3, 0.6, 0.1, 0.8, 0.3]
  /// The last case's second answer is not known: it would be a confident mistake.
  private let mask = (0..<12).map { $0 != 10 }

  private func evaluation() throws -> MultilabelEvaluation {
    try MultilabelEvaluation(
      answers: answers, mask: mask, probabilities: probabilities, labelCount: 3)
  }

  @Test("Metrics are those computed by hand, without the unknown answer")
  func byHand() throws {
    let found = try evaluation()
    func check(_ metric: MultilabelMetric, _ expected: Double) {
      let value = found[metric].value ?? .nan
      #expect(abs(value - expected) < 1e-15, "\(metric)")
      #expect(metric.score.bounds.lower <= value && value <= metric.score.bounds.upper)
    }
    // 3 of 4 pairs, 1 of 2; the third label has no positive.
    check(.macroAUROC, 0.625)
    check(.microAUROC, 22.5 / 28)
    check(.macroAveragePrecision, 5.0 / 6)
    // Positives at .9, .7, .5, .3 (tied with a negative): 1/1, 2/2, 3/5, 4/8.
    check(.microAveragePrecision, (1 + 1 + 0.6 + 0.5) / 4)
    check(.macroF1, (0.8 + 2.0 / 3) / 2)
    check(.microF1, 6.0 / 9)
    check(.exactMatch, 0.5)
    check(.hammingLoss, 3.0 / 11)
  }

  @Test("Each label has its counts, prevalence and unknown answers")
  func labels() throws {
    let found = try evaluation()
    #expect(found.labels.map(\.positives) == [2, 2, 0])
    #expect(found.labels.map(\.negatives) == [2, 1, 4])
    #expect(found.labels.map(\.unknown) == [0, 1, 0])
    let prevalences: [Double?] = [0.5, 2.0 / 3, 0]
    #expect(found.labels.map(\.prevalence.value) == prevalences)
    #expect(abs((found.labels[1].averagePrecision.value ?? 0) - 5.0 / 6) < 1e-15)
    #expect(found.undefinedLabels.map(\.label) == [2])
    #expect(found.undefinedLabels[0].reason == .noPositives)
  }

  @Test("The log loss is the mean over known answers, the same from logits")
  func logLoss() throws {
    let losses = answers.indices.filter { mask[$0] }.map {
      -log(answers[$0] ? probabilities[$0] : 1 - probabilities[$0])
    }
    let value = try #require(try evaluation()[.logLoss].value)
    #expect(abs(value - losses.reduce(0, +) / 11) < 1e-15)
    let byLogits = try MultilabelEvaluation(
      answers: answers, mask: mask, logits: probabilities.map { log($0 / (1 - $0)) },
      thresholds: [0.49, 0.5, 0.5], labelCount: 3)
    #expect(abs((byLogits[.logLoss].value ?? 0) - value) < 1e-12)
    #expect(byLogits[.microAUROC] == (try evaluation()[.microAUROC]))
  }

  @Test("One label gives the binary area and log loss")
  func binary() throws {
    let labels = [true, false, true, false, true]
    let logits = [1.0, 0.5, 0.5, -2, -0.25]
    let binary = try BinaryEvaluation(labels: labels, logits: logits)
    let one = try MultilabelEvaluation(answers: labels, logits: logits, labelCount: 1)
    for metric in [MultilabelMetric.macroAUROC, .microAUROC] {
      #expect(one[metric].value == binary[.auroc])
    }
    #expect(one[.logLoss].value == binary[.logLoss])
    #expect(one[.exactMatch].value == binary[.accuracy])
    #expect(one[.macroF1].value == binary[.f1])
  }

  @Test("A label that is nowhere known, one always there, no label at all: each says why")
  func undefined() throws {
    let found = try MultilabelEvaluation(
      answers: [true, true, true, false], mask: [true, false, true, false],
      probabilities: [0.9, 0.8, 0.2, 0.1], labelCount: 2)
    #expect(found.labels[0].auroc == .undefined(.noNegatives))
    #expect(found.labels[0].averagePrecision == .undefined(.noNegatives))
    #expect(found.labels[1].auroc == .undefined(.noCases))
    #expect(found.labels[1].prevalence == .undefined(.noCases))
    #expect(found[.macroAUROC] == .undefined(.noDefinedLabels))
    #expect(found[.exactMatch] == .value(0.5))
    let none = try MultilabelEvaluation(
      answers: [true, false], mask: [false, false], probabilities: [0.9, 0.8], labelCount: 2)
    for metric in MultilabelMetric.allCases { #expect(none[metric] == .undefined(.noCases)) }
  }

  @Test("Average precision goes by steps, ties at once")
  func averagePrecision() {
    func value(_ labels: [Bool], _ scores: [Double]) -> Double? {
      Evaluation.averagePrecision(labels: labels, scores: scores).value
    }
    #expect(value([true, false], [1, 0]) == 1)
    #expect(value([true, false], [0, 1]) == 0.5)
    // All tied: the prevalence.
    #expect(value([true, false, false, false], [1, 1, 1, 1]) == 0.25)
    // Precisions 1/2 (tie of one positive and one negative), 2/3.
    #expect(value([true, false, true], [3, 3, 1]) == (0.5 + 2.0 / 3) / 2)
    #expect(
      Evaluation.averagePrecision(labels: [false], scores: [1]) == .undefined(.noPositives))
    #expect(Evaluation.averagePrecision(labels: [true], scores: [1]) == .undefined(.noNegatives))
    #expect(Evaluation.averagePrecision(labels: [], scores: []) == .undefined(.noCases))
  }

  @Test("A resample is ranked as if it had been sorted")
  func resample() {
    var stream = RandomStream(seed: 5)
    let labels = (0..<40).map { _ in stream.uniform() < 0.3 }
    let scores = (0..<40).map { _ in Double(stream.below(9)) }
    let ranked = RankedScores(labels: labels, scores: scores)
    #expect(ranked.auroc.value == auroc(labels: labels, scores: scores))
    for _ in 0..<20 {
      let drawn = (0..<40).map { _ in stream.below(40) }
      let (own, values) = (drawn.map { labels[$0] }, drawn.map { scores[$0] })
      #expect(ranked.auroc(of: drawn).value == auroc(labels: own, scores: values))
      #expect(
        ranked.averagePrecision(of: drawn)
          == Evaluation.averagePrecision(labels: own, scores: values))
    }
  }

  @Test("Thresholds are fitted to each label's known answers, 0.5 where a class is absent")
  func thresholds() {
    let youden = MultilabelThresholds(
      .youden, answers: answers, mask: mask, probabilities: probabilities, labelCount: 3)
    // Nothing is better than .5; the last label has no positive.
    #expect(youden.values == [0.5, 0.5, 0.5])
    #expect(youden.reasons == [nil, nil, .noPositives])
    let f1 = MultilabelThresholds(
      .f1, answers: answers, mask: mask, probabilities: probabilities, labelCount: 3)
    // Label 1: calling all three positive gives 4/5, .7 alone 2/3, both above .35 no more.
    #expect(abs(f1.values[1] - 0.15) < 1e-15)
  }

  @Test("The best F1 may want another threshold than Youden's index")
  func f1() {
    let labels = [true, false, true, false, false, false, false, false]
    let probabilities = [0.9, 0.8, 0.4, 0.35, 0.3, 0.2, 0.15, 0.1]
    // F1: .9 alone 2/3, three above .375 4/5. Youden: there too; at .375 specificity is 5/6.
    #expect(
      abs(ThresholdRule.f1.threshold(labels: labels, probabilities: probabilities) - 0.375)
        < 1e-15)
    let rare = [true, true, false, false, false, false]
    let scores = [0.9, 0.1, 0.8, 0.05, 0.04, 0.03]
    // F1: .9 alone 2/3, three above .075 4/5.
    #expect(abs(ThresholdRule.f1.threshold(labels: rare, probabilities: scores) - 0.075) < 1e-15)
  }
}
