import Basics
import Evaluation

/// The answer of a study in words, each a piece of HTML.
struct ReportHeadline {
  let data: ReportData
  let scores: ReportScores

  private var metric: BinaryMetric { data.comparisons.metric }
  private var part: String { data.comparisons.part }

  /// The combinations among which validation may choose: it has taught none of them.
  private var rivals: [String] {
    data.combinations.map(\.name).filter { !data.taughtByValidation.contains($0) }
  }

  /// The combination with the best mean on validation.
  ///
  /// Of equal ones it is the first in the study; nil where none has a validation score.
  var selected: String? {
    let best = scores.best(rivals, metric, part: "validation")
    return best.first
  }

  /// What was chosen, and what it reaches.
  var answer: String {
    guard !data.combinations.isEmpty else { return "The study holds no combination." }
    if data.combinations.count == 1, let only = data.combinations.first {
      return "\(name(only.name)) reaches \(score(only.name))."
    }
    guard let selected else {
      return "No combination has a validation score, so none is chosen. "
        + "The table below lists what each reached."
    }
    let tied = scores.best(rivals, metric, part: "validation")
    let opening =
      tied.count == 1
      ? "\(name(selected)) did best on the validation parts"
      : "\(list(tied)) did equally well on the validation parts; "
        + "the first of them in the study, \(name(selected)), is taken"
    return "\(opening) and reaches \(score(selected)) on "
      + (data.cautions.isEmpty ? "cases it has not seen." : "the test parts.")
  }

  /// How sure the differences are, a sentence each.
  var findings: [String] {
    let pairs = data.comparisons.pairs
      .filter { selected == nil || $0.first == selected || $0.second == selected }
    var sentences = pairs.count > 5 ? grouped(pairs) : pairs.map(sentence)
    let others = data.comparisons.pairs.count - pairs.count
    if others > 0 {
      let significant = data.comparisons.pairs.count { $0.isSignificant == true }
      sentences.append(
        "Of all \(data.comparisons.pairs.count) pairs, "
          + (significant == 0
            ? "none differs"
            : "\(significant) "
              + (significant == 1 ? "differs" : "differ"))
          + " significantly; the <a href=\"#pairs\">comparisons</a> list each.")
    }
    sentences += data.comparisons.skipped.map { pair in
      "\(name(pair.first)) and \(name(pair.second)) are not compared: \(htmlEscaped(pair.reason))."
    }
    if let orientation { sentences.append(orientation) }
    return sentences
  }

  /// What the baselines reach.
  private var orientation: String? {
    let reached = data.baselines.compactMap { baseline -> String? in
      guard let mean = scores.summary(baseline.name, metric, part: part)?.mean else { return nil }
      return "\(name(baseline.name)) \(ReportNumbers.metric(mean))"
    }
    guard !reached.isEmpty else { return nil }
    return "For orientation, baselines reach: \(reached.joined(separator: ", "))."
  }

  /// One sentence for each outcome, where a sentence for each pair would be too many.
  private func grouped(_ pairs: [PairComparison]) -> [String] {
    guard let selected else {
      let significant = pairs.count { $0.isSignificant == true }
      return [
        significant == 0
          ? "Of all \(pairs.count) pairs, none differs significantly: "
            + "<em>no significant difference</em>."
          : "Of all \(pairs.count) pairs, \(significant) "
            + (significant == 1 ? "differs" : "differ") + " significantly."
      ]
    }
    func others(where holds: (PairComparison) -> Bool) -> [String] {
      pairs.filter(holds).map { $0.first == selected ? $0.second : $0.first }
    }
    let worse = others { $0.better == selected }
    let better = others { $0.better != nil && $0.better != selected }
    let open = others { $0.isSignificant == false }
    let untested = others { $0.isSignificant == nil }
    var sentences: [String] = []
    if !worse.isEmpty {
      sentences.append(
        "\(name(selected)) is <em>significantly better</em> than \(list(worse)) "
          + "(Holm-adjusted p below 0.05).")
    }
    if !better.isEmpty {
      sentences.append(
        "\(name(selected)) is <em>significantly worse</em> than \(list(better)) "
          + "(Holm-adjusted p below 0.05).")
    }
    if !open.isEmpty {
      sentences.append(
        "Between \(name(selected)) and \(list(open)) there is "
          + "<em>no significant difference</em>.")
    }
    if !untested.isEmpty {
      sentences.append(
        "\(name(selected)) and \(list(untested)): the difference is the same in every split, "
          + "so it can’t be tested.")
    }
    return sentences
  }

  private func sentence(_ pair: PairComparison) -> String {
    let isFirst = selected == nil || pair.first == selected
    let (one, other) = isFirst ? (pair.first, pair.second) : (pair.second, pair.first)
    let sign = isFirst ? 1.0 : -1.0
    let bounds =
      isFirst
      ? (pair.test.interval.lower, pair.test.interval.upper)
      : (-pair.test.interval.upper, -pair.test.interval.lower)
    let numbers =
      "difference \(ReportNumbers.signed(sign * pair.test.meanDifference)), "
      + "95% interval \(ReportNumbers.signed(bounds.0)) to \(ReportNumbers.signed(bounds.1))"
    guard let holmP = pair.holmP else {
      return "\(name(one)) and \(name(other)): the difference is the same in every split "
        + "(\(ReportNumbers.signed(sign * pair.test.meanDifference))), so it can’t be tested."
    }
    let p = "Holm-adjusted \(ReportNumbers.p(holmP).replacing("<", with: "&lt;"))"
    guard let better = pair.better else {
      return "\(name(one)) and \(name(other)): <em>no significant difference</em> "
        + "(\(numbers), \(p))."
    }
    return "\(name(one)) is <em>significantly \(better == one ? "better" : "worse")</em> than "
      + "\(name(other)) (\(numbers), \(p))."
  }

  private func score(_ combination: String) -> String {
    guard let summary = scores.summary(combination, metric, part: part), let mean = summary.mean
    else { return "no \(part) \(metric.title) (it is undefined)" }
    let number = "<strong class=\"figure\">\(ReportNumbers.metric(mean))</strong>"
    let count = counted(summary.values.count, "split")
    guard let deviation = summary.standardDeviation else {
      return "\(part) \(metric.title) \(number) (\(count))"
    }
    return "\(part) \(metric.title) \(number) "
      + "<span class=\"aside\">(± \(ReportNumbers.metric(deviation)) SD over \(count))</span>"
  }

  private func name(_ text: String) -> String { "<b>\(htmlEscaped(text))</b>" }

  private func list(_ names: [String]) -> String {
    let parts = names.map(name)
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
