import Basics
import Evaluation
import Pages

/// The tables of the report, each in a box of its own that scrolls where the page is narrow.
package struct ReportTables {
  let data: ReportData
  let scores: ReportScores
  let selected: String?

  /// The metrics with a column: the task's, and the one that is compared by.
  var columns: [ScoreMetric] {
    let (usual, metric) = (data.task.scoreColumns, data.comparisons.metric)
    return usual.contains(metric) ? usual : [metric] + usual
  }

  /// A combination's name that fits a column; where it is shortened, the whole shows under the pointer
  /// and stands in the list of what the combinations are made of.
  static func shortName(_ name: String) -> String {
    let short = shortened(name, to: 44)
    return short == name
      ? breakable(name) : "<span title=\"\(htmlEscaped(name))\">\(breakable(short))</span>"
  }

  /// Mean ± SD of every metric, combinations and then baselines.
  var scoreTable: String {
    let names = data.combinations.map(\.name)
    let everything = names + data.baselines.map(\.name)
    let metric = data.comparisons.metric
    let subset = data.comparisons.subset
    let best = Dictionary(
      uniqueKeysWithValues: columns.map { column in
        (column, scores.best(rivals(everything, column), column, subset: subset))
      })
    let bestOnValidation = scores.best(everything, metric, subset: "validation")

    func row(_ name: String) -> String {
      let marker =
        name == selected
        ? "&nbsp;<span class=\"chosen\" title=\"best on validation\">◆<span class=\"unseen\">"
          + " best on validation</span></span>" : ""
      var cells = cell(
        scores.summary(name, metric, subset: "validation"),
        isBest: bestOnValidation.contains(name), style: "apart")
      for column in columns {
        cells += cell(
          scores.summary(name, column, subset: subset), isBest: best[column]?.contains(name) == true
        )
      }
      return
        "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(name))\">\(ReportTables.shortName(name))\(marker)</th>"
        + "\(cells)</tr>\n"
    }

    let heads = columns.map { SortableTable.head($0.columnHead, isNumber: true) }.joined()
    let baselines =
      data.baselines.isEmpty
      ? ""
      : "<tbody class=\"baselines\">\n<tr class=\"group\">"
        + "<th scope=\"rowgroup\" colspan=\"\(columns.count + 2)\">Baselines</th></tr>\n"
        + data.baselines.map { row($0.name) }.joined() + "</tbody>\n"
    let table = """
      <table class="scores sortable">
      <caption><span>Mean ± standard deviation (SD) over \(counted(data.splits.count, "split")). \
      Bold: best mean of its column, baselines included\(rivalsNote). Lower is better for \
      \(losses), higher for all others.\
      \(selected == nil ? "" : " ◆: best combination on validation.")</span></caption>
      <thead>
      <tr><td></td><th scope="colgroup" class="apart">validation</th>\
      <th scope="colgroup" colspan="\(columns.count)">\(htmlEscaped(subset))</th></tr>
      <tr>\(SortableTable.head("Combination", isNumber: false))\
      \(SortableTable.head(metric.columnHead, isNumber: true, style: "apart"))\(heads)</tr>
      </thead>
      <tbody>
      \(names.map(row).joined())</tbody>
      \(baselines)</table>

      """
    return PageParts.box("Scores of every combination", table)
  }

  /// Whom the best of a column is not found among, for the caption.
  private var rivalsNote: String {
    data.task == .binary
      ? "; of sensitivity and specificity, among those that do not call all cases alike" : ""
  }

  /// The columns in which lower is better, for the caption.
  private var losses: String {
    columns.filter { !$0.higherIsBetter }.map(\.title).joined(separator: " and ")
  }

  /// The names among which the best of a column is found: who calls every case alike has all of the
  /// sensitivity or all of the specificity for nothing.
  private func rivals(_ names: [String], _ column: ScoreMetric) -> [String] {
    let opposite: [ScoreMetric: ScoreMetric] = [
      .sensitivity: .specificity, .specificity: .sensitivity,
    ]
    guard let other = opposite[column] else { return names }
    return names.filter { scores.summary($0, other, subset: data.comparisons.subset)?.mean != 0 }
  }

  func cell(_ summary: ResultSummary?, isBest: Bool, style: String = "") -> String {
    let group =
      (style.isEmpty ? "" : " class=\"\(style)\"")
      + " data-key=\"\(summary?.mean.map { "\($0)" } ?? "")\""
    guard let summary, let mean = summary.mean else {
      return "<td\(group)><span class=\"none\" title=\"undefined\">–</span></td>"
    }
    let number = NumberText.metric(mean)
    var text = isBest ? "<b>\(number)</b>" : number
    if let deviation = summary.standardDeviation {
      text += " <span class=\"sd\">±\u{a0}\(NumberText.metric(deviation))</span>"
    }
    if summary.undefined > 0 {
      let all = summary.undefined + summary.values.count
      text += " <small class=\"sd\">(\(summary.values.count) of \(all) splits)</small>"
    }
    return "<td\(group)>\(text)</td>"
  }

  /// What each combination is made of.
  var partsTable: String {
    let baselines = data.baselines.map {
      "<tr><th scope=\"row\">\(htmlEscaped($0.name))</th><td colspan=\"7\" class=\"words\">"
        + "\(htmlEscaped($0.summary))</td></tr>\n"
    }
    func optional(_ text: String?) -> String {
      "<td class=\"words\">\(text.map(htmlEscaped) ?? "<span class=\"none\">–</span>")</td>"
    }
    let rows = data.combinations.map { combination in
      "<tr><th scope=\"row\">\(breakable(combination.name))</th>"
        + optional(combination.imageEncoder) + optional(combination.weights)
        + optional(combination.textEncoder) + optional(combination.fusionHead)
        + "<td>\(combination.parameterCount.map(NumberText.count) ?? "–")</td>"
        + "<td>\(combination.multiplyAdds.map(CostPlot.text) ?? "–")</td>"
        + "<td>\(combination.seconds.map(NumberText.duration) ?? "–")</td></tr>\n"
    }
    let table = """
      <table>
      <caption><span>What the combinations are made of. Multiply-adds: of the answer to one case. Time: all splits \
      together.</span></caption>
      <thead><tr><th scope="col">Combination</th><th scope="col" class="words">Image encoder</th>\
      <th scope="col" class="words">Weights</th><th scope="col" class="words">Text encoder</th>\
      <th scope="col" class="words">Fusion head</th><th scope="col">Parameters</th>\
      <th scope="col">Multiply-adds</th><th scope="col">Time</th></tr></thead>
      <tbody>
      \(rows.joined())\(baselines.joined())</tbody>
      </table>

      """
    return PageParts.box("Parts of the combinations", table)
  }

  /// The cases that are in no split.
  var leftOutTable: String {
    guard !data.leftOut.isEmpty else { return "<p>No case was left out.</p>\n" }
    let rows = data.leftOut.map {
      "<tr><th scope=\"row\">\(htmlEscaped($0.identifier))</th><td class=\"words\">"
        + "\(htmlEscaped($0.reason))</td></tr>\n"
    }
    let table = """
      <table>
      <caption><span>\(counted(data.leftOut.count, "case")) left out.</span></caption>
      <thead><tr><th scope="col">Case</th><th scope="col" class="words">Reason</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Cases left out", table, isTall: true)
  }
}
