import Basics
import Evaluation
import Pages

extension LabelTable {
  /// A metric of every label, a row for each combination and baseline.
  func everyCombination(_ metric: ScoreMetric) -> String {
    let names = data.combinations.map(\.name)
    let all = names + data.baselines.map(\.name)
    let best = data.labels.map { label in
      scores.best(
        all, of: .label(metric, label), higherIsBetter: metric.higherIsBetter, subset: subset)
    }
    let tables = ReportTables(data: data, scores: scores, selected: nil)
    func row(_ name: String) -> String {
      let cells = data.labels.enumerated().map { index, label in
        tables.cell(
          scores.summary(name, of: .label(metric, label), subset: subset),
          isBest: best[index].contains(name))
      }
      return "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(name))\">"
        + "\(ReportTables.shortName(name))</th>\(cells.joined())</tr>\n"
    }
    let isScored = all.contains { name in
      data.labels.contains { scores.summary(name, of: .label(metric, $0), subset: subset) != nil }
    }
    guard isScored else { return "" }
    let heads = data.labels.map {
      SortableTable.head(
        "<span title=\"\(htmlEscaped($0))\">\(breakable(shortened($0, to: 28)))</span>",
        isNumber: true)
    }
    let baselines =
      data.baselines.isEmpty
      ? ""
      : "<tbody class=\"baselines\">\n\(data.baselines.map { row($0.name) }.joined())</tbody>\n"
    let table = """
      <table class="scores labels sortable">
      <caption><span>\(metric.title.capitalizedFirst) of each \(data.task.labelWord) on the \
      \(htmlEscaped(subset)) subset, mean ± SD over \(counted(data.splits.count, "split")). Bold: best \
      mean of its column, baselines included.</span></caption>
      <thead><tr>\(SortableTable.head("Combination", isNumber: false))\(heads.joined())</tr></thead>
      <tbody>
      \(names.map(row).joined())</tbody>
      \(baselines)</table>

      """
    return PageParts.box("\(metric.title.capitalizedFirst) of every combination", table)
  }
}
