import Evaluation
import Testing

@testable import Studies

@Suite("The answer in words")
struct ReportHeadlineTests {
  private func headline(_ data: ReportData) -> ReportHeadline {
    ReportHeadline(data: data, scores: ReportScores(data))
  }

  /// Combinations with given accuracies, split by split.
  private func data(
    _ values: [(name: String, validation: [Double], test: [Double])],
    metric: ScoreMetric = .accuracy
  ) -> ReportData {
    let rows = values.flatMap { name, validation, test in
      [(ResultSubset.validation, validation), (.test, test)].flatMap { subset, numbers in
        numbers.enumerated().map { index, value in
          ResultRow(
            combination: name, split: "s\(index + 1)", subset: subset, metric: .score(metric),
            value: value)
        }
      }
    }
    let names = values.map(\.name)
    return ReportData(
      title: "t", dataDescription: "d", foldsDescription: "f",
      splits: (1...(values.first?.test.count ?? 1)).map { "s\($0)" },
      combinations: names.map { ReportCombination(name: $0) }, results: rows,
      comparisons: PairComparisons(
        names: names, rows: rows, metric: metric, testToTrainingRatio: 0.25),
      command: "zoo compare")
  }

  @Test("The best by validation is told with its test score, though another is better on test")
  func selection() {
    let words = headline(
      data([
        ("a", [0.9, 0.92, 0.91], [0.8, 0.81, 0.79]), ("b", [0.7, 0.71, 0.7], [0.9, 0.95, 0.92]),
      ]))
    #expect(words.selected == "a")
    #expect(words.answer.contains("<b>a</b> did best of 2 on the validation subsets"))
    #expect(words.answer.contains("0.800</strong>"))
    #expect(words.answer.contains("(± 0.010 SD over 3 splits)"))
  }

  @Test("A difference that does not hold is called no significant difference")
  func noDifference() {
    let words = headline(
      data([
        ("a", [0.9, 0.92, 0.91], [0.80, 0.85, 0.81]), ("b", [0.7, 0.71, 0.7], [0.82, 0.81, 0.82]),
      ]))
    // Differences −.02, .04, −.01: mean .00333, SD .03215, standard error .02455, t .136.
    #expect(
      words.findings == [
        "<b>a</b> and <b>b</b>: <em>no significant difference</em> (difference +0.003, "
          + "95% interval −0.102 to +0.109, Holm-adjusted p\u{a0}=\u{a0}0.904)."
      ])
  }

  @Test("A difference that holds names the better, seen from the one selected")
  func difference() throws {
    let words = headline(
      data([
        ("b", [0.7, 0.71, 0.7], [0.701, 0.71, 0.69]),
        ("a", [0.9, 0.92, 0.91], [0.90, 0.912, 0.889]),
      ]))
    let sentence = try #require(words.findings.first)
    #expect(sentence.hasPrefix("<b>a</b> is <em>significantly better</em> than <b>b</b>"))
    #expect(sentence.contains("difference +0.200, 95% interval +0.19"))
    #expect(sentence.contains("p\u{a0}&lt;\u{a0}0.001"))
  }

  @Test("By log loss the smallest is selected and better")
  func loss() throws {
    let words = headline(
      data(
        [
          ("a", [0.5, 0.51], [0.5, 0.51]), ("b", [0.2, 0.21], [0.2, 0.2101]),
        ], metric: .logLoss))
    #expect(words.selected == "b")
    #expect(
      try #require(words.findings.first).contains("<b>b</b> is <em>significantly better</em>"))
  }

  @Test("Equally good ones on validation are all named, the first is taken")
  func tie() {
    let words = headline(
      data([("a", [0.9, 0.9], [0.8, 0.8]), ("b", [0.9, 0.9], [0.7, 0.8])]))
    #expect(words.selected == "a")
    #expect(
      words.answer.hasPrefix("<b>a</b> and <b>b</b> did equally well on the validation subsets"))
  }

  @Test("A difference without spread is not tested, unequal splits are not compared")
  func degenerate() {
    let constant = headline(
      data([("a", [0.9, 0.9], [0.8, 0.9]), ("b", [0.7, 0.7], [0.7, 0.8])]))
    #expect(
      constant.findings.first
        == "<b>a</b> and <b>b</b>: the difference is the same in every split (+0.100), "
        + "so it can’t be tested.")
    let unequal = headline(data([("a", [0.9, 0.9], [0.8, 0.9]), ("b", [0.7, 0.7], [0.7])]))
    #expect(
      unequal.findings == [
        "<b>a</b> and <b>b</b> are not compared: their splits differ: 2 and 1, 1 in common."
      ])
  }

  @Test("Many combinations are grouped by outcome")
  func grouped() {
    var many: [(name: String, validation: [Double], test: [Double])] = []
    for index in 0..<8 {
      // Odd ones are far worse; among the even ones the differences are all noise.
      let level = index % 2 == 0 ? 0.9 : 0.6
      let noise = [0.001, 0.002, -0.002, 0.0015, 0.003, -0.001, -0.0025, 0.0005][index]
      many.append(
        (
          "c\(index)", [level + (index == 0 ? 0.05 : 0), level],
          [level + noise, level + 0.01, level - 0.01 - noise]
        ))
    }
    let findings = headline(data(many)).findings
    #expect(findings.count == 3)
    #expect(findings[0].contains("significantly better</em> than <b>c1</b>"))
    #expect(findings[1].contains("no significant difference"))
    #expect(findings[2].hasPrefix("Of all 28 pairs, "))
  }

  @Test("Baselines are told for orientation")
  func baselines() {
    let findings = headline(ReportSample.data()).findings
    #expect(
      findings.last?.hasPrefix("For orientation, baselines reach: <b>majority class</b> 0.5")
        == true)
  }
}
