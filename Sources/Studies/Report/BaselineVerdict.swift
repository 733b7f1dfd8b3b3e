import Basics
import Evaluation

/// How combinations stand against the baselines, in pieces of HTML.
struct BaselineVerdict {
  let data: ReportData
  let scores: ReportScores

  private var metric: ScoreMetric { data.comparisons.metric }
  private var subset: String { data.comparisons.subset }

  /// The first sentence of the answer where no combination is shown to beat the constant answer; else
  /// empty.
  var warning: String {
    guard let constant = data.baselines.first(where: { $0.constantAnswer != nil }),
      let level = mean(constant.name)
    else { return "" }
    let pairs = data.comparisons.againstReferences.filter { $0.second == constant.name }
    guard !pairs.contains(where: { $0.better == $0.first }) else { return "" }
    let tops = data.combinations.compactMap { mean($0.name) }
    let isAbove = tops.contains { metric.higherIsBetter ? $0 > level : $0 < level }
    let reaches =
      "\(phrase(constant)) (\(htmlEscaped(subset)) \(metric.title) \(NumberText.metric(level)))"
    if !isAbove { return "<strong>Nothing here does better than \(reaches).</strong>" }
    if data.splits.count < 2 {
      return "One split allows no test of whether anything here does better than \(reaches)."
    }
    return
      "<strong>Nothing here is shown to do better than \(reaches)</strong>: the differences are "
      + "no larger than what the splits vary by."
  }

  /// What the answer adds on the chosen combination: which baselines it is shown to beat.
  func standing(of chosen: String?) -> String {
    guard let chosen, warning.isEmpty else { return "" }
    let pairs = data.baselines.compactMap { baseline in
      data.comparisons.againstReferences.first {
        $0.first == chosen && $0.second == baseline.name
      }.map { (baseline: baseline, pair: $0) }
    }
    guard !pairs.isEmpty else { return "" }
    func phrases(_ holds: (PairComparison) -> Bool) -> [String] {
      pairs.filter { holds($0.pair) }.map {
        "\(phrase($0.baseline)) (\(NumberText.metric(mean($0.baseline.name))))"
      }
    }
    let better = phrases { $0.better == chosen }
    let worse = phrases { $0.better != nil && $0.better != chosen }
    let open = phrases { $0.better == nil }
    let clauses = [
      better.isEmpty ? nil : "is significantly better than \(better.joined(separator: " and "))",
      worse.isEmpty ? nil : "is significantly worse than \(worse.joined(separator: " and "))",
      open.isEmpty ? nil : "is not shown to be better than \(open.joined(separator: " or "))",
    ].compactMap { $0 }
    return "It \(clauses.joined(separator: ", and "))."
  }

  /// The comparisons of the chosen combination with each baseline, a sentence each.
  func sentences(of chosen: String?) -> [String] {
    let pairs = data.comparisons.againstReferences.filter { $0.first == chosen }
    if !pairs.isEmpty { return pairs.map { PairSentence.html($0, seenFrom: chosen) } }
    let reached = data.baselines.compactMap { baseline in
      mean(baseline.name).map {
        "<b>\(htmlEscaped(baseline.name))</b> \(NumberText.metric($0))"
      }
    }
    return reached.isEmpty
      ? [] : ["For orientation, baselines reach: \(reached.joined(separator: ", "))."]
  }

  private func phrase(_ baseline: ReportBaseline) -> String {
    guard let answer = baseline.constantAnswer else {
      return "<b>\(htmlEscaped(baseline.name))</b>"
    }
    if answer.isEmpty {
      return switch data.task {
      case .binary: "always answering with the commoner class"
      case .multiClass: "always answering with the commonest class"
      case .multiLabel: "always giving each label its commoner answer"
      }
    }
    return "always answering “\(htmlEscaped(answer))”"
  }

  private func mean(_ name: String) -> Double? {
    scores.summary(name, metric, subset: subset)?.mean
  }
}
