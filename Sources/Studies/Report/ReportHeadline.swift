import Basics
import Evaluation

/// The answer of a study in words, each a piece of HTML.
struct ReportHeadline {
  let data: ReportData
  let scores: ReportScores

  private var metric: ScoreMetric { data.comparisons.metric }
  private var subset: String { data.comparisons.subset }

  /// The combinations among which validation may choose: none of them was fitted on it.
  private var rivals: [String] {
    data.combinations.map(\.name).filter { !data.fittedOnValidation.contains($0) }
  }

  /// The combination with the best mean on validation.
  ///
  /// Of equal ones it is the first in the study; nil where none has a validation score.
  var selected: String? {
    let best = scores.best(rivals, metric, subset: "validation")
    return best.first
  }

  /// What was chosen, what it reaches, and whether that is more than the baselines.
  ///
  /// Where nothing is shown to beat the constant answer, that is the first sentence.
  var answer: String {
    guard !data.combinations.isEmpty else { return "The study holds no combination." }
    return [baselines.warning, choice, baselines.standing(of: chosen)].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// The answer without marks.
  var plainAnswer: String {
    answer.replacing(#/<[^>]*>/#, with: "").replacing("&nbsp;", with: " ")
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  /// The combination that the answer speaks of.
  private var chosen: String? {
    data.combinations.count == 1 ? data.combinations.first?.name : selected
  }

  private var baselines: BaselineVerdict { BaselineVerdict(data: data, scores: scores) }

  private var choice: String {
    if data.combinations.count == 1, let only = data.combinations.first {
      return "\(name(only.name)) reaches \(score(only.name))."
    }
    guard let selected else {
      return "No combination has a validation score, so none is chosen. "
        + "The table below lists what each reached."
    }
    let tied = scores.best(rivals, metric, subset: "validation")
    let subsets = "the validation subsets\(validationSize)"
    let opening =
      tied.count == 1
      ? "\(name(selected)) did best of \(rivals.count) on \(subsets)"
      : "\(list(tied)) did equally well on \(subsets); "
        + "the first of them in the study, \(name(selected)), is taken"
    return "\(opening) and reaches \(score(selected)) on "
      + (data.warnings.isEmpty ? "cases it has not seen." : "the test subsets.")
  }

  /// How many cases have chosen, such as " (12 cases each)".
  private var validationSize: String {
    guard let least = data.validationCounts.min(), let most = data.validationCounts.max() else {
      return ""
    }
    let range = least == most ? counted(least, "case") : "\(least) to \(most) cases"
    return data.validationCounts.count == 1 ? " (\(range))" : " (\(range) each)"
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
    sentences += baselines.sentences(of: chosen)
    if !data.metricReason.isEmpty { sentences.append(htmlEscaped(data.metricReason)) }
    return sentences
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
        "Between \(name(selected)) and \(open.count > 4 ? "\(open.count) others" : list(open)) there is "
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
    PairSentence.html(pair, seenFrom: selected)
  }

  private func score(_ combination: String) -> String {
    guard let summary = scores.summary(combination, metric, subset: subset), let mean = summary.mean
    else { return "no \(subset) \(metric.title) (it is undefined)" }
    let number = "<strong class=\"figure\">\(NumberText.metric(mean))</strong>"
    let count = counted(summary.values.count, "split")
    guard let deviation = summary.standardDeviation else {
      return "\(subset) \(metric.title) \(number) (\(count))"
    }
    return "\(subset) \(metric.title) \(number) "
      + "<span class=\"aside\">(± \(NumberText.metric(deviation)) SD over \(count))</span>"
  }

  private func name(_ text: String) -> String { "<b>\(htmlEscaped(text))</b>" }

  private func list(_ names: [String]) -> String {
    let names = names.map(name)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
