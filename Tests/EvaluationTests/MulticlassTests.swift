import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Several classes")
struct MulticlassTests {
  // True 0: answered 0, 1, 0. True 1: 1, 1. True 2: 0.
  private let labels = [0, 0, 0, 1, 1, 2]
  private let probabilities = [
    0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.5, 0.3, 0.2, 0.2, 0.6, 0.2, 0.1, 0.8, 0.1, 0.6, 0.1, 0.3,
  ]

  private func evaluation() throws -> MulticlassEvaluation {
    try MulticlassEvaluation(labels: labels, probabilities: probabilities, classCount: 3)
  }

  @Test("Metrics are those computed by hand")
  func byHand() throws {
    let found = try evaluation()
    func check(_ metric: MulticlassMetric, _ expected: Double) {
      let value = found[metric].value ?? .nan
      #expect(abs(value - expected) < 1e-15, "\(metric)")
      #expect(metric.score.bounds.lower <= value && value <= metric.score.bounds.upper)
    }
    check(.accuracy, 4.0 / 6)
    // Sensitivities 2/3, 1, 0.
    check(.balancedAccuracy, 5.0 / 9)
    // F1 2/3, 4/5, 0.
    check(.macroF1, (2.0 / 3 + 0.8) / 3)
    check(.weightedF1, (3 * 2.0 / 3 + 2 * 0.8) / 6)
    // 7 of 9 pairs, 8 of 8, 4.5 of 5.
    check(.auroc, (7.0 / 9 + 1 + 0.9) / 3)
    // Agreement 24/36, by chance 15/36.
    check(.kappa, 9.0 / 21)
    // Weights found 1 + 4, expected 30/6.
    check(.quadraticKappa, 0)
    check(.logLoss, -(log(0.7) + 2 * log(0.3) + log(0.5) + log(0.6) + log(0.8)) / 6)
  }

  @Test("The confusion matrix has a row for each true class")
  func confusion() throws {
    let counts = try evaluation().counts
    #expect(counts.counts == [2, 1, 0, 0, 2, 0, 1, 0, 0])
    #expect(counts.support == [3, 2, 1])
    #expect(counts.answered == [3, 3, 0])
    #expect(
      counts.against(0)
        == ConfusionCounts(
          truePositives: 2, falsePositives: 1, trueNegatives: 2, falseNegatives: 1))
  }

  @Test("Logits give the same as their probabilities, and rank saturated ones, too")
  func logits() throws {
    let byLogits = try MulticlassEvaluation(
      labels: labels, logits: probabilities.map { log($0) }, classCount: 3)
    let byProbabilities = try evaluation()
    for metric in MulticlassMetric.allCases {
      let pair = (byLogits[metric].value ?? .nan, byProbabilities[metric].value ?? .nan)
      #expect(abs(pair.0 - pair.1) < 1e-12)
    }
    // Both probabilities of class 1 round to 1.
    let saturated = try MulticlassEvaluation(
      labels: [1, 0], logits: [0, 60, -1000, 0, 50, -1000], classCount: 3)
    #expect(saturated.aurocs[1] == .value(1))
  }

  @Test("Two classes give the binary area and accuracy")
  func binary() throws {
    let logits = [0.3, -1.2, 2.5, -0.1, 0.7, 0.3]
    let labels = [true, false, true, true, false, false]
    let binary = try BinaryEvaluation(labels: labels, logits: logits)
    let two = try MulticlassEvaluation(
      labels: labels.map { $0 ? 1 : 0 }, logits: logits.flatMap { [0, $0] }, classCount: 2)
    #expect(two[.auroc].value == binary[.auroc])
    #expect(two[.accuracy].value == binary[.accuracy])
    #expect(two[.balancedAccuracy].value == binary[.balancedAccuracy])
    let losses = (two[.logLoss].value ?? .nan, binary[.logLoss] ?? .nan)
    #expect(abs(losses.0 - losses.1) < 1e-15)
    for counts in [[10, 10], [3, 7], [4, 6], [39, 61]] {
      #expect(
        (MulticlassMetric.natural(for: counts) == .accuracy)
          == (ScoreMetric.natural(.binary, for: counts) == .accuracy))
    }
  }

  @Test("An absent class is in no mean, one class alone has no mean, and both are said")
  func absent() throws {
    let two = try MulticlassEvaluation(
      labels: [0, 1, 1], logits: [2, 0, 1, 0, 2, 1, 0, 1, 2], classCount: 3)
    #expect(two.absentClasses == [2])
    #expect(two.aurocs[2] == .undefined(.noPositives))
    #expect(two[.balancedAccuracy] == .value(0.75))
    #expect(two[.auroc] == .value(1))
    let one = try MulticlassEvaluation(labels: [1, 1], logits: [0, 1, 0, 2], classCount: 2)
    #expect(one[.accuracy] == .value(1))
    for metric in [MulticlassMetric.balancedAccuracy, .macroF1, .weightedF1, .auroc] {
      #expect(one[metric] == .undefined(.oneClass))
    }
    #expect(one[.kappa] == .undefined(.constantAnswers))
    let none = try MulticlassEvaluation(labels: [], logits: [], classCount: 2)
    for metric in MulticlassMetric.allCases { #expect(none[metric] == .undefined(.noCases)) }
  }

  @Test("A single case has an accuracy and a log loss")
  func single() throws {
    let one = try MulticlassEvaluation(
      labels: [2], probabilities: [0.5, 0.25, 0.25], classCount: 3)
    #expect(one[.accuracy] == .value(0))
    #expect(abs((one[.logLoss].value ?? 0) - log(4)) < 1e-15)
    #expect(one[.kappa] == .value(0))
  }

  @Test("The first of equal logits is the answer")
  func ties() throws {
    let tied = try MulticlassEvaluation(labels: [0, 1], logits: [1, 1, 1, 1], classCount: 2)
    #expect(tied.counts.answered == [2, 0])
    #expect(tied[.auroc] == .value(0.5))
  }

  @Test("What is no probability and what is not finite is refused by its place")
  func refused() {
    #expect(throws: ZooError.self) {
      try MulticlassEvaluation(labels: [0], probabilities: [0.5, 0.6], classCount: 2)
    }
    #expect {
      try MulticlassEvaluation(labels: [0], logits: [0, .nan], classCount: 2)
    } throws: { ($0 as? ZooError)?.message.contains("logit 1 of 2") == true }
  }

  @Test("Every reason can be said, and titles and names are distinct")
  func words() {
    #expect(Undefined.allCases.allSatisfy { !$0.sentence.isEmpty })
    #expect(
      Set(MulticlassMetric.allCases.map(\.score.title)).count == MulticlassMetric.allCases.count)
    #expect(MulticlassMetric.auroc.rawValue == "macro-auroc")
    #expect(!MulticlassMetric.logLoss.score.higherIsBetter)
    #expect(MulticlassMetric.kappa.score.bounds.lower == -1)
    #expect(MulticlassMetric.natural(for: [50, 50, 20]) == .auroc)
    #expect(MulticlassMetric.natural(for: [50, 50, 40]) == .accuracy)
  }
}

@Suite("The metrics of any task")
struct TaskEvaluationTests {
  @Test("Logits of several classes give rows of all cases and of each class against the rest")
  func classes() throws {
    let found = try TaskEvaluation(
      .multiClass, labels: ["a", "b", "c"], targets: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1],
      answers: .logits([2, 0, 0, 0, 2, 0, 0, 1, 2, 3, 0, 1]))
    #expect(found[.accuracy] == 0.75)
    #expect(found[.auroc] == nil && found[.hammingLoss] == nil)
    let rows = found.rows(combination: "x", split: "s", subset: .test)
    #expect(rows.prefix(8).map(\.metric) == ScoreMetric.metrics(of: .multiClass).map { .score($0) })
    func value(_ metric: ResultMetric) -> Double? { rows.first { $0.metric == metric }?.value }
    #expect(value(.label(.sensitivity, "c")) == 0.5)
    #expect(value(.label(.precision, "a")) == 0.5)
    #expect(value(.label(.auroc, "b")) == 1)
  }

  @Test("Labels that are not known count nowhere; thresholds are of each label, from validation")
  func labels() throws {
    let targets: [Float] = [1, 0, 0, .nan, 1, 1, 0, 0]
    let answers = Answers.probabilities([0.9, 0.2, 0.1, 0.9, 0.3, 0.4, 0.2, 0.3])
    let found = try TaskEvaluation(
      .multiLabel, labels: ["m", "e"], targets: targets, answers: answers)
    #expect(found[.hammingLoss] == 2.0 / 7)
    let rows = try FittedThresholdSubset.rows(
      .youden, .multiLabel, labels: ["m", "e"], validation: (targets, answers),
      test: (targets, answers), combination: "c", split: "s")
    func value(_ metric: ResultMetric) -> Double? {
      rows.first { $0.subset == .fitted(.test) && $0.metric == metric }?.value
    }
    #expect(value(.thresholdOf("m")) == 0.25 && value(.thresholdOf("e")) == 0.35)
    #expect(value(.score(.hammingLoss)) == 0 && value(.score(.macroAUROC)) == nil)
    #expect(value(.label(.f1, "m")) == 1)
  }

  @Test("Names of results are read again, of labels that hold the word \"of\" too")
  func names() {
    for metric: ResultMetric in [
      .score(.kappa), .threshold, .thresholdOf("Mass of x"), .label(.averagePrecision, "a of b"),
    ] { #expect(ResultMetric(rawValue: metric.rawValue) == metric) }
    #expect(
      ResultMetric(rawValue: "nothing of x") == nil && ResultMetric(rawValue: "auroc of ") == nil)
  }
}
