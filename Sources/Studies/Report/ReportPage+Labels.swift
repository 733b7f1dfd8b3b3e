import Basics
import Evaluation
import Pages

/// The labels or classes one by one.
extension ReportPage {
  /// Whether there is anything to tell of single labels.
  var hasLabels: Bool { data.task != .binary }

  /// The title of the section.
  var labelTitle: String { data.task == .multiLabel ? "Label by label" : "Class by class" }

  /// More rows than these, all plots together, are folded.
  private static let openRows = 32

  /// The combination that is shown first: the chosen one, else the first of the study.
  private var shown: String? { headline.selected ?? data.combinations.first?.name }

  /// A table of the chosen combination, plots of all, confusion matrices; empty of a binary task.
  var labelSection: String {
    guard hasLabels, let shown else { return "" }
    let table = LabelTable(data: data, scores: scores)
    let everything = data.task.everyCombinationColumns.map { metric in
      fold(
        "\(metric.title.capitalizedFirst) of each \(data.task.labelWord), all combinations",
        table.everyCombination(metric))
    }
    return """
      <section id="labels" aria-labelledby="labels-head">
      <h2 id="labels-head">\(labelTitle)</h2>
      <p role="status" aria-live="polite" class="aside">In the order of the study; a heading sorts.</p>
      \(table.html(of: shown))\(everything.joined())\(plots)\(confusionPart(shown))</section>

      """
  }

  private var plots: String {
    let plots = LabelPlots(data: data, scores: scores, selected: headline.selected)
    let panels = plots.html
    guard !panels.isEmpty else { return "" }
    let title = "AUROC of each \(data.task.labelWord), all combinations side by side"
    let note =
      "<p class=\"aside\">A dot for each split; the upright stroke is the mean, the line its 95% "
      + "interval. All plots share one scale\(plots.showsChance ? "; the dashed line is chance" : "").</p>\n"
    return plots.rowCount > Self.openRows
      ? fold("\(title) (\(data.labels.count) plots)", note + panels)
      : "<h3>\(title)</h3>\n\(note)\(panels)"
  }

  /// The confusion matrix of one combination and, folded, those of the others.
  private func confusionPart(_ shown: String) -> String {
    guard data.task == .multiClass, !data.confusions.isEmpty else { return "" }
    let names = data.combinations.map(\.name)
    func table(_ name: String) -> String {
      guard let counts = data.confusions[name] else {
        return "<p>\(htmlEscaped(name)): its answers are not kept case by case.</p>\n"
      }
      return ConfusionTable(labels: data.labels, counts: counts, name: name).html
    }
    let others = names.filter { $0 != shown }
    return """
      <h3>Confusion matrix</h3>
      <p class="aside">Rows are the classes of the cases, columns the most probable class by the model; \
      below each count its share of the row, which also shades the cell. The test subsets of all \
      splits are counted together\(isRepeated ? ", so that a case counts once in each of them" : "")\
      \(data.seeds > 1 ? "; each case counts once for each of the \(data.seeds) seeds" : "").</p>
      \(table(shown))\(others.isEmpty
        ? ""
        : fold(
          "The other combinations (\(others.count))",
          "<div class=\"matrices\">\n\(others.map(table).joined())</div>\n"))
      """
  }

  /// Whether a case is tested in more than one split.
  private var isRepeated: Bool {
    let tested =
      data.labelCounts.subsets[.test]?.flatMap { $0 }.reduce(0) { $0 + $1.positives } ?? 0
    return tested > data.labelCounts.all.reduce(0) { $0 + $1.positives }
  }
}

extension TaskKind {
  /// The metrics of which all combinations have a table, label by label.
  fileprivate var everyCombinationColumns: [ScoreMetric] {
    switch self {
    case .binary: []
    case .multiClass: [.auroc, .f1]
    case .multiLabel: [.auroc, .averagePrecision]
    }
  }
}
