import Basics
import Evaluation
import Pages

/// The scores of each label, or of each class against the rest.
extension ReportPage {
  /// Whether there is more than one question.
  var hasLabels: Bool { data.task != .binary }

  /// A table a label of the chosen combination, the others folded, small charts and, of classes, confusion
  /// matrices; empty of a binary task.
  var labelSection: String {
    guard hasLabels, let first = data.combinations.first?.name else { return "" }
    let chosen = headline.selected ?? first
    let others = (data.combinations.map(\.name) + data.baselines.map(\.name)).filter {
      $0 != chosen
    }
    let kind = data.task == .multiClass ? "class" : "label"
    let title = data.task == .multiClass ? "Class by class" : "Label by label"
    let explanation =
      data.task == .multiClass
      ? "Each class against all others. Sensitivity and precision are those of the most probable class."
      : "Each label among the cases of which it is known. Average precision is near the prevalence by chance."
    let tables = others.map { labelTable($0) }.joined()
    return """
      <section id="labels" aria-labelledby="labels-head">
      <h2 id="labels-head">\(title)</h2>
      <p>\(explanation)</p>
      \(labelTable(chosen))\(fold("The same of every other combination and baseline", tables))\
      \(fold("All combinations, \(kind) by \(kind)", labelCharts))\(confusions(chosen))</section>

      """
  }

  private var labelColumns: [ScoreMetric] {
    data.task == .multiClass
      ? [.sensitivity, .precision, .f1] : [.averagePrecision, .sensitivity, .specificity, .f1]
  }

  private func labelTable(_ combination: String) -> String {
    let subset = data.comparisons.subset
    let rows = data.labels.map { label in
      let auroc = scores.values(combination, ResultMetric.label(.auroc, label.name), subset: subset)
      let cells = labelColumns.map { metric in
        labelCell(scores.summary(combination, .label(metric, label.name), subset: subset), label)
      }
      let warning = label.warning.map { "<span class=\"sd\">\(htmlEscaped($0))</span>" } ?? ""
      let share = label.known > 0 ? Double(label.positives) / Double(label.known) : nil
      return "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(label.name))\">"
        + "\(breakable(label.name))\(warning)</th>"
        + "<td data-key=\"\(label.positives)\">\(label.positives) of \(label.known)</td>"
        + "<td data-key=\"\(share.map { "\($0)" } ?? "")\" class=\"apart\">\(NumberText.metric(share))</td>"
        + aurocCell(Array(auroc.values), label) + cells.joined() + "</tr>\n"
    }
    let heads = labelColumns.map { metric in
      SortableTable.head(
        metric.title.prefix(1).uppercased() + String(metric.title.dropFirst()), isNumber: true)
    }
    let unknown = data.labels.filter { $0.known < $0.cases }
    let table = """
      <table class="scores sortable">
      <caption><span><b>\(htmlEscaped(combination))</b>, \(htmlEscaped(subset)) subsets: means over \
      \(counted(data.splits.count, "split")), ± SD; below the AUROC its 95% interval, corrected for the \
      overlap of the training subsets. Positive: cases of all subsets\
      \(unknown.isEmpty ? "" : ", of those whose answer is known").</span></caption>
      <thead><tr>\(SortableTable.head(data.task == .multiClass ? "Class" : "Label", isNumber: false))\
      \(SortableTable.head("Positive", isNumber: true))\
      \(SortableTable.head("Prevalence", isNumber: true, style: "apart"))\
      \(SortableTable.head("AUROC", isNumber: true))\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Scores of \(combination), label by label", table)
  }

  private func aurocCell(_ values: [Double], _ label: ReportLabel) -> String {
    guard let mean = Evaluation.mean(values) else { return undefinedCell(label) }
    let interval = correctedInterval(
      values, testToTrainingRatio: data.comparisons.testToTrainingRatio,
      within: ScoreMetric.auroc.bounds)
    let range = interval.map {
      " <span class=\"sd\">\(NumberText.metric($0.lower))–\(NumberText.metric($0.upper))</span>"
    }
    return "<td data-key=\"\(mean)\">\(NumberText.metric(mean))\(range ?? "")</td>"
  }

  private func labelCell(_ summary: ResultSummary?, _ label: ReportLabel) -> String {
    guard let summary, let mean = summary.mean else { return undefinedCell(label) }
    let spread =
      summary.standardDeviation.map { " <span class=\"sd\">±\u{a0}\(NumberText.metric($0))</span>" }
    let all = summary.undefined + summary.values.count
    let some =
      summary.undefined > 0
      ? " <small class=\"sd\">(\(summary.values.count) of \(all) splits)</small>" : ""
    return "<td data-key=\"\(mean)\">\(NumberText.metric(mean))\(spread ?? "")\(some)</td>"
  }

  private func undefinedCell(_ label: ReportLabel) -> String {
    let reason =
      label.leastPositives == 0
      ? "a test subset has no positive case"
      : label.leastNegatives == 0 ? "a test subset has no negative case" : "undefined"
    return "<td data-key=\"\"><span class=\"none\" title=\"\(reason)\">–</span></td>"
  }

  private var labelCharts: String {
    let panels = data.labels.map { label in
      let plot = DotPlot(
        data: data, scores: scores, selected: headline.selected,
        metric: .label(.auroc, label.name))
      return plot.panel.isEmpty
        ? ""
        : "<figure class=\"panel\">\n<figcaption>\(htmlEscaped(label.name))</figcaption>\n\(plot.panel)</figure>\n"
    }.joined()
    return panels.isEmpty ? "" : "<div class=\"panels\">\n\(panels)</div>\n"
  }

  private func confusions(_ chosen: String) -> String {
    let tables = data.confusions.map { (name: $0.combination, html: ConfusionTable($0).html) }
    guard !tables.isEmpty else { return "" }
    let own = tables.filter { $0.name == chosen }.map(\.html).joined()
    let others = tables.filter { $0.name != chosen }.map(\.html).joined()
    return "<h3>Confusion matrix</h3>\n\(own)"
      + fold("Confusion matrices of the other combinations", others)
  }
}
