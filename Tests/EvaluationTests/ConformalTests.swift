import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Conformal sets")
struct ConformalTests {
  @Test("The limit is the ⌈(n + 1)(1 − α)⌉-th smallest score, infinite of too few")
  func limit() {
    let scores = [0.4, 0.1, 0.3, 0.2]
    #expect(conformalLimit(scores, miss: 0.2) == 0.4)
    #expect(conformalLimit(scores, miss: 0.4) == 0.3)
    #expect(conformalLimit(scores, miss: 0.1) == .infinity)
    #expect(conformalLimit([], miss: 0.1) == .infinity)
    // (9 + 1) · (1 − .1) is 9 but for rounding.
    #expect(conformalLimit((1...9).map(Double.init), miss: 0.1) == 9)
  }

  @Test("Scores are those computed by hand")
  func scores() {
    #expect(ConformalScore.leastAmbiguous.scores([0.5, 0.25, 0.25]) == [0.5, 0.75, 0.75])
    #expect(ConformalScore.adaptive.scores([0.25, 0.5, 0.25]) == [0.75, 0.5, 1])
    #expect(ConformalScore.adaptive.scores([0.25, 0.5, 0.25], share: 0.5) == [0.625, 0.25, 0.875])
  }

  @Test("A class with few calibration cases is in every set, and said")
  func classConditional() throws {
    let labels = Array(repeating: 0, count: 20) + [1]
    let probabilities = labels.flatMap { $0 == 0 ? [0.75, 0.25] : [0.5, 0.5] }
    let sets = ConformalSets(
      .leastAmbiguous, labels: labels, probabilities: probabilities, classCount: 2,
      isClassConditional: true)
    #expect(sets.limits == [0.25, .infinity])
    #expect(sets.alwaysIncluded == [1])
    #expect(sets.calibrationCounts == [20, 1])
    #expect(sets.set([0.75, 0.25]) == [true, true])
    #expect(sets.set([0.5, 0.5]) == [false, true])
    let found = try #require(
      sets.coverage(labels: [0, 0, 1], probabilities: [0.75, 0.25, 0.5, 0.5, 0.5, 0.5]).value)
    #expect(found.marginal == .init(covered: 2, count: 3))
    #expect(found.byClass == [.init(covered: 1, count: 2), .init(covered: 1, count: 1)])
    #expect(found.sizes == [0, 2, 1])
    #expect(abs(found.meanSize - 4.0 / 3) < 1e-15)
    #expect(found.marginal.interval == exactProportionInterval(2, of: 3))
    #expect(sets.coverage(labels: [], probabilities: []) == .undefined(.noCases))
  }

  /// Cases of three classes whose probabilities are not calibrated at all.
  private func cases(_ count: Int, _ stream: inout RandomStream) -> ([Int], [Double]) {
    var (labels, probabilities): ([Int], [Double]) = ([], [])
    for _ in 0..<count {
      let label = min(stream.below(4), 2)
      let logits = (0..<3).map { ($0 == label ? 1.0 : 0) + stream.normal() }
      labels.append(label)
      probabilities += softmax(logits.map { 3 * $0 })
    }
    return (labels, probabilities)
  }

  @Test(
    "Over 1,000 draws sets hold the true class as often as they promise",
    arguments: [
      (ConformalScore.leastAmbiguous, false), (.leastAmbiguous, true), (.adaptive, false),
      (.adaptive, true),
    ])
  func coverage(score: ConformalScore, isClassConditional: Bool) {
    var stream = RandomStream(seed: 21)
    var covered = [Int](repeating: 0, count: 3)
    var counts = covered
    for _ in 0..<1000 {
      let (labels, probabilities) = cases(99, &stream)
      let (tested, answers) = cases(20, &stream)
      let shares = (0..<119).map { _ in stream.uniform() }
      let sets = ConformalSets(
        score, labels: labels, probabilities: probabilities, classCount: 3,
        isClassConditional: isClassConditional, shares: Array(shares[..<99]))
      let found = sets.coverage(
        labels: tested, probabilities: answers, shares: Array(shares[99...])
      ).value
      for (label, share) in (found?.byClass ?? []).enumerated() {
        covered[label] += share.covered
        counts[label] += share.count
      }
    }
    let marginal = Double(covered.reduce(0, +)) / Double(counts.reduce(0, +))
    // Of 24 cases of a class the limit promises 0.9 to 0.94.
    #expect(marginal > 0.88 && marginal < (isClassConditional ? 0.96 : 0.92))
    guard isClassConditional else { return }
    for (hits, all) in zip(covered, counts) { #expect(Double(hits) / Double(all) > 0.88) }
  }

  @Test("Risk is the mean loss of the most confident, over all orders of equal ones")
  func risk() throws {
    let curve = try #require(
      RiskCoverage.of(losses: [0, 1, 0, 1], confidences: [0.9, 0.8, 0.7, 0.6]).value)
    #expect(curve.risks == [0, 0.5, 1.0 / 3, 0.5])
    #expect(abs(curve.area - 1.0 / 3) < 1e-15)
    #expect(curve.fullRisk == 0.5)
    #expect(curve.coverage(atRisk: 0.4) == 0.75)
    let tied = try #require(
      RiskCoverage.of(losses: [0, 1, 0, 1], confidences: [1, 1, 1, 1]).value)
    #expect(tied.risks == [0.5, 0.5, 0.5, 0.5])
    #expect(tied.coverage(atRisk: 0.4) == 0)
    #expect(RiskCoverage.of(losses: [], confidences: []) == .undefined(.noCases))
  }
}
