import Evaluation
import Testing

@testable import Studies

@Suite("Combinations against baselines")
struct BaselineVerdictTests {
  private func data(
    _ combinations: [(String, [Double])], majority: [Double], words: [Double]? = nil,
    metric: ScoreMetric = .accuracy
  ) -> ReportData {
    let baselines =
      [("majority class", majority)] + (words.map { [("TF-IDF + logistic regression", $0)] } ?? [])
    let rows = (combinations + baselines).flatMap { name, values in
      [ResultSubset.validation, .test].flatMap { subset in
        values.enumerated().map { index, value in
          ResultRow(
            combination: name, split: "s\(index)", subset: subset, metric: .score(metric),
            value: value
          )
        }
      }
    }
    var data = ReportData(
      title: "t", dataDescription: "d", foldsDescription: "f",
      splits: majority.indices.map { "s\($0)" },
      combinations: combinations.map { ReportCombination(name: $0.0) }, results: rows,
      comparisons: PairComparisons(
        names: combinations.map(\.0), references: baselines.map(\.0), rows: rows, metric: metric,
        testToTrainingRatio: 0.25),
      command: "zoo compare")
    data.baselines = [
      ReportBaseline(name: "majority class", summary: "s", constantAnswer: "abnormal")
    ]
    if words != nil {
      data.baselines.append(ReportBaseline(name: "TF-IDF + logistic regression", summary: "s"))
    }
    data.validationCounts = majority.map { _ in 12 }
    return data
  }

  private func answer(_ data: ReportData) -> String {
    ReportHeadline(data: data, scores: ReportScores(data)).plainAnswer
  }

  @Test("Where nothing reaches the majority the first sentence says so")
  func nothing() {
    let words = answer(
      data(
        [("a", [0.588, 0.6, 0.59]), ("b", [0.665, 0.7, 0.68])], majority: [0.774, 0.774, 0.77]))
    #expect(
      words.hasPrefix(
        "Nothing here does better than always answering “abnormal” (test accuracy 0.773). b did best "
          + "of 2 on the validation subsets (12 cases each)"))
  }

  @Test("Where a difference from the majority does not hold the first sentence says so")
  func notShown() {
    let words = answer(
      data([("a", [0.80, 0.76, 0.83])], majority: [0.774, 0.774, 0.77]))
    #expect(words.hasPrefix("Nothing here is shown to do better than always answering “abnormal”"))
  }

  @Test("One split allows no test, and the answer says so")
  func oneSplit() {
    #expect(
      answer(data([("a", [0.8])], majority: [0.7])).hasPrefix("One split allows no test"))
    #expect(
      answer(data([("a", [0.7])], majority: [0.7])).hasPrefix("Nothing here does better than"))
  }

  @Test("What is beaten is named, and what is not")
  func standing() {
    let words = answer(
      data(
        [("a", [0.90, 0.91, 0.905])], majority: [0.774, 0.774, 0.77],
        words: [0.90, 0.915, 0.90]))
    #expect(
      words.hasSuffix(
        "It is significantly better than always answering “abnormal” (0.773), and is not shown to be"
          + " better than TF-IDF + logistic regression (0.905)."))
    let worse = answer(
      data(
        [("a", [0.80, 0.81, 0.806])], majority: [0.6, 0.6, 0.61], words: [0.90, 0.91, 0.905]))
    #expect(
      worse.contains("and is significantly worse than TF-IDF + logistic regression (0.905)."))
  }

  @Test("By log loss less is better")
  func logLoss() {
    let words = answer(
      data([("a", [0.7, 0.71, 0.705])], majority: [0.53, 0.54, 0.53], metric: .logLoss))
    #expect(words.hasPrefix("Nothing here does better than always answering “abnormal”"))
  }

  @Test("Baselines are compared with each combination, not with each other, under their own Holm")
  func pairs() {
    let comparisons = data(
      [("a", [0.90, 0.91, 0.905]), ("b", [0.8, 0.82, 0.81])], majority: [0.774, 0.77, 0.77],
      words: [0.7, 0.72, 0.71]
    ).comparisons
    #expect(comparisons.pairs.map(\.first) == ["a"])
    #expect(
      comparisons.againstReferences.map { "\($0.first) \($0.second)" } == [
        "a majority class", "a TF-IDF + logistic regression", "b majority class",
        "b TF-IDF + logistic regression",
      ])
    #expect(comparisons.pairs[0].holmP == comparisons.pairs[0].test.p)
  }

  @Test("Unequal classes are compared by the area unless the study says otherwise")
  func natural() {
    #expect(ScoreMetric.natural(.binary, for: [50, 50]) == .accuracy)
    #expect(ScoreMetric.natural(.binary, for: [40, 60]) == .accuracy)
    #expect(ScoreMetric.natural(.binary, for: [39, 61]) == .auroc)
    #expect(ScoreMetric.natural(.binary, for: [95, 326]) == .auroc)
  }

  @Test("No interval of a score leaves the scores that there are")
  func bounds() throws {
    let interval = try #require(
      correctedInterval(
        [0.99, 1, 0.9], testToTrainingRatio: 0.25, within: ScoreMetric.accuracy.bounds))
    #expect(interval.upper == 1 && interval.lower < 0.9)
    let pair = try #require(
      data([("a", [0.9, 0.1]), ("b", [0.1, 0.9])], majority: [0.5, 0.5]).comparisons.pairs.first)
    #expect(pair.interval == Interval(lower: -1, upper: 1) && pair.test.interval.upper > 1)
  }
}
