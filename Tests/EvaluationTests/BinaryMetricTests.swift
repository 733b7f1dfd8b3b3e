import Basics
import TestSupport
import Testing

@testable import Evaluation

@Suite("Metrics of a binary classifier")
struct BinaryMetricTests {
  @Test("Every metric agrees with scikit-learn", arguments: ScoreMetric.metrics(of: .binary))
  func agreesWithScikitLearn(metric: ScoreMetric) throws {
    let evaluation = try BinaryEvaluation(
      labels: ReferenceValues.labels, probabilities: ReferenceValues.probabilities)
    let value = try #require(evaluation[metric])
    let expected = try #require(ReferenceValues.metrics[metric.rawValue])
    #expect(abs(value - expected) < 1e-12)
  }

  @Test("Counts put a probability equal to the threshold on the positive side")
  func countsAtThreshold() {
    let counts = ConfusionCounts(
      labels: [true, true, false, false, true], probabilities: [0.5, 0.49, 0.5, 0.1, 1])
    #expect(
      counts
        == ConfusionCounts(
          truePositives: 2, falsePositives: 1, trueNegatives: 1, falseNegatives: 1))
    #expect(counts.sensitivity == 2.0 / 3)
    #expect(counts.specificity == 0.5)
    #expect(counts.precision == 2.0 / 3)
    #expect(counts.f1 == 2.0 / 3)
    #expect(counts.accuracy == 0.6)
  }

  @Test("Only negative cases leave undefined what needs a positive one")
  func noPositives() throws {
    let evaluation = try BinaryEvaluation(labels: [false, false], probabilities: [0.1, 0.2])
    #expect(evaluation[.accuracy] == 1)
    #expect(evaluation[.specificity] == 1)
    for metric in [ScoreMetric.auroc, .sensitivity, .precision, .f1, .balancedAccuracy] {
      #expect(evaluation[metric] == nil)
    }
    #expect(evaluation[.logLoss] != nil)
  }

  @Test("Nothing called positive leaves the precision undefined and F1 zero")
  func nothingCalled() throws {
    let evaluation = try BinaryEvaluation(labels: [true, false], probabilities: [0.4, 0.2])
    #expect(evaluation[.precision] == nil)
    #expect(evaluation[.f1] == 0)
    #expect(evaluation[.sensitivity] == 0)
  }

  @Test("No case at all leaves every metric undefined", arguments: ScoreMetric.metrics(of: .binary))
  func empty(metric: ScoreMetric) throws {
    #expect(try BinaryEvaluation(labels: [], probabilities: [])[metric] == nil)
  }

  @Test("A sure mistake has the clipped log loss, 52 ln 2")
  func clipped() throws {
    let expected = 52 * 0.693_147_180_559_945_3
    let probabilities = try BinaryEvaluation(labels: [true], probabilities: [0])
    #expect(abs(try #require(probabilities[.logLoss]) - expected) < 1e-12)
    let logits = try BinaryEvaluation(labels: [false], logits: [1e6] as [Double])
    #expect(abs(try #require(logits[.logLoss]) - expected) < 1e-12)
  }

  @Test("Logits give what their probabilities give, and saturated ones still rank")
  func logits() throws {
    let labels = [true, false, true, false]
    let a = try BinaryEvaluation(labels: labels, logits: [1.5, -0.5, -0.25, 0.75] as [Float])
    let b = try BinaryEvaluation(
      labels: labels, probabilities: [1.5, -0.5, -0.25, 0.75].map(sigmoid))
    for metric in ScoreMetric.metrics(of: .binary) {
      #expect(abs(try #require(a[metric]) - (try #require(b[metric]))) < 1e-12)
    }
    let saturated = try BinaryEvaluation(labels: [false, true], logits: [800, 900] as [Double])
    #expect(saturated[.auroc] == 1)
  }

  @Test("A diverged model and a number that is no probability are refused with their index")
  func refused() {
    #expect(
      errorText {
        _ = try BinaryEvaluation(labels: [true, false], logits: [1, .nan] as [Double])
      }.hasPrefix("logit 1 of 2 is nan; expected a finite number"))
    #expect(
      errorText { _ = try BinaryEvaluation(labels: [true], probabilities: [1.5]) }
        == "probability 0 is 1.5; expected 0 to 1")
  }

  @Test("Metrics become rows in their order, undefined ones without a value")
  func rows() throws {
    let rows = try TaskEvaluation(
      .binary, labels: ["no", "yes"], targets: [1], answers: .probabilities([0.75])
    ).rows(combination: "c", split: "s1", subset: .test)
    #expect(rows.map(\.metric) == ScoreMetric.metrics(of: .binary).map { .score($0) })
    #expect(rows[0].value == 1)
    #expect(
      rows[1]
        == ResultRow(
          combination: "c", split: "s1", subset: .test, metric: .score(.auroc), value: nil))
  }
}
