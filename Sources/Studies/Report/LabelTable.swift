import Basics
import Evaluation
import Pages

/// How well each label, or each class against the rest, is told.
struct LabelTable {
  let data: ReportData
  let scores: ReportScores

  /// Below so many positive cases in a test subset a score of theirs is called uncertain.
  static let fewPositives = 10

  private var metrics: [ScoreMetric] { data.task.labelColumns }
  var subset: String { data.comparisons.subset }

  private func counts(of name: String) -> ReportLabelCounts {
    data.ownLabelCounts[name] ?? data.labelCounts
  }

  /// The labels of one combination, a row each.
  func html(of name: String) -> String {
    let word = data.task.labelWord
    let (counted, share) =
      data.task == .multiLabel ? ("Positive", "Prevalence") : ("Cases", "Share")
    let heads = metrics.map { metric in
      SortableTable.head(
        metric.columnHead + (metric == .auroc ? "<br><small>95%&nbsp;interval</small>" : ""),
        isNumber: true)
    }
    let table = """
      <table class="labels each sortable">
      <caption><span>\(htmlEscaped(subset.capitalizedFirst)) scores of <b>\(breakable(name))</b>, a \
      row for each \(word): \(reading)</span></caption>
      <thead><tr>\(SortableTable.head(word.capitalizedFirst, isNumber: false))\
      \(SortableTable.head("\(counted)<br><small>in a test subset</small>", isNumber: true))\
      \(SortableTable.head(share, isNumber: true, style: "apart"))\(heads.joined())\
      <th scope="col" class="words">Mind</th></tr></thead>
      <tbody>
      \(data.labels.indices.map { row($0, name) }.joined())</tbody>
      </table>

      """
    return PageParts.box("Scores of each \(word)", table)
  }

  private var reading: String {
    data.task == .multiLabel
      ? "means over the splits, the AUROC with its 95% interval, corrected for the overlap of the "
        + "training subsets. By chance the AUROC is 0.5, the average precision about the prevalence, "
        + "the share of positive cases among those whose answer is known."
      : "means over the splits, the AUROC (of the class against the rest) with its 95% interval, "
        + "corrected for the overlap of the training subsets. Sensitivity is the share of the class’s "
        + "cases answered so, precision the share of these answers that are right."
  }

  private func row(_ label: Int, _ name: String) -> String {
    let title = data.labels[label]
    let own = counts(of: name).of(label, .test)
    let positives = own.reduce(0) { $0 + $1.positives }
    let known = own.reduce(0) { $0 + $1.known }
    let prevalence = known == 0 ? nil : Double(positives) / Double(known)
    let span = spanText(own.map(\.positives)) + " of " + spanText(own.map(\.known))
    let cells = metrics.map { cell($0, title, name) }
    let notes = notes(label, name).map { htmlEscaped($0) }.joined(separator: "<br>")
    let key = own.isEmpty ? "" : "\(Double(positives) / Double(own.count))"
    return
      "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(title))\">\(ReportTables.shortName(title))</th>"
      + "<td data-key=\"\(key)\">\(own.isEmpty ? "–" : span)</td>"
      + "<td class=\"apart\" data-key=\"\(prevalence.map { "\($0)" } ?? "")\">"
      + "\(NumberText.metric(prevalence))</td>\(cells.joined())"
      + "<td class=\"words\">\(notes)</td></tr>\n"
  }

  private func cell(_ metric: ScoreMetric, _ label: String, _ name: String) -> String {
    let summary = scores.summary(name, of: .label(metric, label), subset: subset)
    guard let summary, let mean = summary.mean else {
      return "<td data-key=\"\"><span class=\"none\" title=\"undefined\">–</span></td>"
    }
    var text = NumberText.metric(mean)
    if metric == .auroc,
      let interval = correctedInterval(
        summary.values, testToTrainingRatio: data.comparisons.testToTrainingRatio,
        within: metric.bounds)
    {
      text +=
        " <span class=\"sd\">\(NumberText.metric(interval.lower)) to "
        + "\(NumberText.metric(interval.upper))</span>"
    }
    if summary.undefined > 0 {
      text +=
        " <small class=\"sd\">(\(summary.values.count) of "
        + "\(summary.values.count + summary.undefined) splits)</small>"
    }
    return "<td data-key=\"\(mean)\">\(text)</td>"
  }

  /// What a reader must know of a label's scores: that they rest on few cases, or on fewer splits, and why.
  func notes(_ label: Int, _ name: String) -> [String] {
    let counts = counts(of: name)
    var notes: [String] = []
    func few(_ kind: String, _ numbers: [Int]) {
      guard let least = numbers.min(), least < Self.fewPositives else { return }
      notes.append("too few \(kind) (\(spanText(numbers)) a test subset) for a sure score")
    }
    let own = counts.of(label, .test)
    few(data.task == .multiLabel ? "positives" : "cases", own.map(\.positives))
    if data.task == .multiLabel { few("negatives", own.map(\.negatives)) }
    let absences = counts.absences(label, .test, splits: data.splits)
    let gaps = metrics.map { gap($0, label, name, absences) }
    for gap in Set(gaps.filter { !$0.isEmpty }).sorted() {
      let own = zip(metrics, gaps).filter { $0.1 == gap }.map(\.0.title)
      notes.append("\(own.joined(separator: " and ")) undefined \(gap)")
    }
    return notes
  }

  /// In which splits a metric of a label has no value, and why; empty where it has one in each.
  private func gap(
    _ metric: ScoreMetric, _ label: Int, _ name: String, _ absences: [String: Undefined]
  ) -> String {
    let result = ResultMetric.label(metric, data.labels[label])
    guard let summary = scores.summary(name, of: result, subset: subset), summary.undefined > 0
    else { return "" }
    let defined = scores.values(name, of: result, subset: subset)
    let reasons = data.splits.filter { defined[$0] == nil }.map { split in
      (
        split: split,
        text: metric == .precision
          ? "no case is answered so" : absences[split]?.sentence ?? "one kind of answer alone"
      )
    }
    let parts = Dictionary(grouping: reasons, by: \.text).sorted { $0.key < $1.key }.map {
      reason, places in
      let isEverywhere = places.count == data.splits.count && places.count > 1
      let list = isEverywhere ? "every split" : places.map(\.split).joined(separator: ", ")
      return "in \(list) (\(reason))"
    }
    let isRanking = metric == .auroc || metric == .averagePrecision
    return parts.joined(separator: ", ") + (isRanking ? ", where no macro mean counts it" : "")
  }
}
