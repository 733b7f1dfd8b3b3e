import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Comparison over splits")
struct ComparisonTests {
  private let differences = [0.02, 0.01, 0.03, 0, 0.02, 0.04, -0.01, 0.02, 0.03, 0.01]

  /// A hundred differences of mean .01 and variance .00146667, as scikit-learn's example.
  private let published: [Double] = {
    let spread = (0.001_466_67 * 99 / 100).squareRoot()
    return (0..<100).map { 0.01 + ($0 % 2 == 0 ? spread : -spread) }
  }()

  @Test("The published example of scikit-learn is reproduced")
  func publishedExample() throws {
    let test = try #require(
      CorrectedTTest(differences: published, testToTrainingRatio: 10.0 / 90))
    #expect(abs(try #require(test.t) - 0.7503) < 5e-5)
    #expect(abs(try #require(test.p) - 0.4548) < 2e-4)
    let plain = try #require(CorrectedTTest(differences: published, testToTrainingRatio: 0))
    #expect(abs(try #require(plain.t) - 2.6112) < 5e-5)
    #expect(abs(try #require(plain.p) - 2 * 0.0052) < 1e-4)
    let better = BayesianTTest(test, region: 0)
    #expect(abs(better.firstGreater - 0.7726) < 1e-4)
    let region = BayesianTTest(test, region: 0.01)
    #expect(abs(region.firstGreater - 0.500) < 5e-4)
    #expect(abs(region.equivalent - 0.432) < 5e-4)
    #expect(abs(region.secondGreater - 0.068) < 5e-4)
  }

  @Test("Ten differences give the t, p and interval computed by hand")
  func tenDifferences() throws {
    let plain = try #require(CorrectedTTest(differences: differences, testToTrainingRatio: 0))
    #expect(abs(try #require(plain.t) - 3.597) < 5e-4)
    #expect(abs(try #require(plain.p) - 0.0058) < 5e-5)
    let test = try #require(CorrectedTTest(differences: differences, testToTrainingRatio: 0.25))
    #expect(abs(try #require(test.t) - 1.923) < 5e-4)
    #expect(abs(try #require(test.p) - 0.0867) < 5e-5)
    #expect(abs(test.interval.lower - -0.0030) < 5e-5)
    #expect(abs(test.interval.upper - 0.0370) < 5e-5)
  }

  @Test("Exchanging the two models changes signs only")
  func symmetric() throws {
    let a = try #require(CorrectedTTest(differences: differences, testToTrainingRatio: 0.25))
    let b = try #require(
      CorrectedTTest(differences: differences.map { -$0 }, testToTrainingRatio: 0.25))
    #expect(a.t == b.t.map { -$0 })
    #expect(a.p == b.p)
    #expect(BayesianTTest(a).firstGreater == BayesianTTest(b).secondGreater)
  }

  @Test("Differences without spread have no t, and a p only where they are zero")
  func constant() throws {
    let equal = try #require(
      CorrectedTTest([0.9, 0.8], [0.9, 0.8], testToTrainingRatio: 0.2))
    #expect(equal.t == nil)
    #expect(equal.p == 1)
    // .9 − .8 and .8 − .7 are not the same Double.
    let shifted = try #require(
      CorrectedTTest([0.9, 0.8], [0.8, 0.7], testToTrainingRatio: 0.2))
    #expect(shifted.t == nil)
    #expect(shifted.p == nil)
    #expect(BayesianTTest(shifted).firstGreater == 1)
    #expect(CorrectedTTest(differences: [0.1], testToTrainingRatio: 0.2) == nil)
  }

  @Test(
    "Holm multiplies by the hypotheses left and never falls",
    arguments: [
      ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
      ([0.5, nil, 0.02], [0.5, nil, 0.04]),
      ([0.9, 0.8], [1, 1]),
      ([], []),
    ] as [([Double?], [Double?])])
  func holm(values: [Double?], expected: [Double?]) {
    let adjusted = holmAdjusted(values)
    #expect(adjusted.count == expected.count)
    for (a, b) in zip(adjusted, expected) {
      if let a, let b { #expect(abs(a - b) < 1e-15) } else { #expect(a == nil && b == nil) }
    }
  }

  private func rows(_ name: String, _ values: [Double?], splits: [String]? = nil) -> [ResultRow] {
    values.enumerated().map { index, value in
      ResultRow(
        combination: name, split: splits?[index] ?? "s\(index + 1)", subset: .test,
        metric: .score(.accuracy), value: value)
    }
  }

  @Test("Pairs are matched by split, whatever the order of the rows")
  func pairs() throws {
    let base = [0.70, 0.80, 0.75, 0.72, 0.78]
    let better = zip(base, [0.10, 0.11, 0.09, 0.10, 0.12]).map { $0 + $1 }
    let close = zip(base, [0.01, -0.01, 0.02, 0, -0.02]).map { $0 + $1 }
    let all = rows("a", base) + rows("b", better).reversed() + rows("c", close)
    let result = PairComparisons(
      names: ["a", "b", "c"], rows: all, metric: .accuracy, testToTrainingRatio: 0.25)
    #expect(result.pairs.map { "\($0.first) \($0.second)" } == ["a b", "a c", "b c"])
    #expect(abs(result.pairs[0].test.meanDifference - -0.104) < 1e-12)
    #expect(result.pairs[0].better == "b")
    #expect(result.pairs[0].verdict == "b is better")
    #expect(result.pairs[1].verdict == "no significant difference")
    let p = try #require(result.pairs[0].test.p)
    let holm = try #require(result.pairs[0].holmP)
    #expect(abs(holm - 3 * p) < 1e-15)
  }

  @Test("A smaller loss is the better one")
  func loss() {
    let all = [("a", [0.5, 0.52, 0.51]), ("b", [0.2, 0.21, 0.22])].flatMap { name, values in
      values.enumerated().map {
        ResultRow(
          combination: name, split: "s\($0)", subset: .test, metric: .score(.logLoss), value: $1)
      }
    }
    let result = PairComparisons(
      names: ["a", "b"], rows: all, metric: .logLoss, testToTrainingRatio: 0.25)
    #expect(result.pairs.first?.better == "b")
  }

  @Test("Runs whose splits differ, or where the metric is undefined, are not compared")
  func skipped() {
    let all =
      rows("a", [0.7, 0.8, 0.9]) + rows("b", [0.7, 0.8, 0.9], splits: ["s1", "s2", "s4"])
      + rows("c", [0.7, nil, 0.9])
    let result = PairComparisons(
      names: ["a", "b", "c"], rows: all, metric: .accuracy, testToTrainingRatio: 0.25)
    #expect(result.pairs.isEmpty)
    #expect(
      result.skipped.map(\.reason) == [
        "their splits differ: 3 and 3, 2 in common", "the metric is undefined in split s2",
        "their splits differ: 3 and 3, 2 in common",
      ])
  }
}
