import Testing

@testable import Evaluation

@Suite("Area, curve and threshold")
struct RankingTests {
  struct AreaCase: Sendable {
    let labels: [Bool]
    let scores: [Double]
    let area: Double?
  }

  @Test(
    "The area counts pairs won, ties one half",
    arguments: [
      AreaCase(labels: [false, true], scores: [0, 1], area: 1),
      AreaCase(labels: [false, true], scores: [1, 0], area: 0),
      AreaCase(labels: [false, true, true], scores: [1, 1, 1], area: 0.5),
      // Pairs: .8 beats .1 and .4 but not .8 (tie): 2.5 of 3; .35 beats .1: 1 of 3.
      AreaCase(
        labels: [false, false, false, true, true], scores: [0.1, 0.4, 0.8, 0.8, 0.35],
        area: 3.5 / 6),
      AreaCase(labels: [true, true], scores: [0, 1], area: nil),
      AreaCase(labels: [], scores: [], area: nil),
    ])
  func area(example: AreaCase) {
    #expect(auroc(labels: example.labels, scores: example.scores) == example.area)
  }

  @Test("The curve has a point for each distinct score and holds the area below it")
  func curve() throws {
    let points = try #require(
      rocCurve(labels: [true, false, true, false, true], scores: [0.9, 0.9, 0.5, 0.2, 0.1]))
    #expect(points.map(\.threshold) == [.infinity, 0.9, 0.5, 0.2, 0.1])
    #expect(points.map(\.falsePositiveRate) == [0, 0.5, 0.5, 1, 1])
    let third = 1.0 / 3
    #expect(points.map(\.truePositiveRate) == [0, third, 2 * third, 2 * third, 1])
    var area = 0.0
    for (left, right) in zip(points, points.dropFirst()) {
      let width = right.falsePositiveRate - left.falsePositiveRate
      area += width * (left.truePositiveRate + right.truePositiveRate) / 2
    }
    let labels = [true, false, true, false, true]
    let direct = try #require(auroc(labels: labels, scores: [0.9, 0.9, 0.5, 0.2, 0.1]))
    #expect(abs(area - direct) < 1e-15)
    #expect(rocCurve(labels: [true], scores: [1]) == nil)
  }

  @Test("Youden's threshold lies midway between the scores it separates")
  func youden() {
    let labels = [false, false, false, true, true]
    let probabilities = [0.1, 0.2, 0.25, 0.35, 0.4]
    let threshold = ThresholdRule.youden.threshold(labels: labels, probabilities: probabilities)
    #expect(abs(threshold - 0.3) < 1e-15)
  }

  @Test("Youden's index and accuracy may want different thresholds")
  func rules() {
    // At .15: sensitivity 1, specificity 4/6, 6 of 8 right. At .5: 1/2, 1, 7 of 8 right.
    let labels = [false, false, false, false, false, false, true, true]
    let probabilities = [0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.2, 0.8]
    let youden = ThresholdRule.youden.threshold(labels: labels, probabilities: probabilities)
    #expect(abs(youden - 0.15) < 1e-15)
    #expect(
      ThresholdRule.accuracy.threshold(labels: labels, probabilities: probabilities) == 0.5)
    #expect(ThresholdRule.fixed(0.3).threshold(labels: labels, probabilities: []) == 0.3)
  }

  @Test("Equally good thresholds give the one nearest to one half, an absent class one half")
  func ties() {
    #expect(
      ThresholdRule.youden.threshold(labels: [false, true], probabilities: [0.1, 0.9]) == 0.5)
    #expect(ThresholdRule.youden.threshold(labels: [true], probabilities: [0.1]) == 0.5)
  }
}
