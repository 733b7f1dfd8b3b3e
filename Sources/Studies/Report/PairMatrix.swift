import Basics
import Evaluation
import Pages

/// Every pair at a glance: the row's mean score minus the column's, marked where the difference holds.
///
/// Rows are the combinations, the best first, and below them the baselines; columns are the combinations
/// by their numbers.
struct PairMatrix {
  let data: ReportData
  let scores: ReportScores

  private var comparisons: PairComparisons { data.comparisons }
  private var metric: ScoreMetric { comparisons.metric }

  /// The table; empty where fewer than two combinations are compared.
  var html: String {
    guard !comparisons.pairs.isEmpty else { return "" }
    let sign = metric.higherIsBetter ? -1.0 : 1.0
    let names = data.combinations.map(\.name).enumerated().sorted { a, b in
      let (x, y) = (mean(a.element) ?? .infinity, mean(b.element) ?? .infinity)
      return x == y ? a.offset < b.offset : sign * x < sign * y
    }.map(\.element)
    let heads = names.indices.map {
      "<th scope=\"col\" title=\"\(htmlEscaped(names[$0]))\">\($0 + 1)</th>"
    }
    let rows = names.enumerated().map { number, name in
      row("<span class=\"number\">\(number + 1)</span> \(head(name))", name, names)
    }
    let references = data.baselines.filter { baseline in
      comparisons.againstReferences.contains { $0.second == baseline.name }
    }.map { row(head($0.name), $0.name, names) }
    let table = """
      <table class="matrix">
      <caption><span>Difference of mean \(htmlEscaped(comparisons.subset)) \(metric.title), row minus \
      column\(metric.higherIsBetter ? "" : "; lower is better"). ▲ the row is significantly better, ▼ \
      significantly worse, by the corrected resampled t-test, Holm-adjusted (the baselines by \
      themselves). No sign: no significant difference, which is not the same as equal.</span></caption>
      <thead><tr><th scope="col">Row</th><th scope="col">Mean</th>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      \(references.isEmpty ? "" : "<tbody class=\"baselines\">\n\(references.joined())</tbody>\n")</table>

      """
    return PageParts.box("Differences of every pair", table)
  }

  private func head(_ name: String) -> String {
    "<span title=\"\(htmlEscaped(name))\">\(htmlEscaped(shortened(name, to: 30)))</span>"
  }

  private func row(_ head: String, _ name: String, _ names: [String]) -> String {
    let cells = names.map { cell(name, $0) }
    return "<tr><th scope=\"row\">\(head)</th><td class=\"apart\">"
      + "\(NumberText.metric(mean(name)))</td>\(cells.joined())</tr>\n"
  }

  private func cell(_ row: String, _ column: String) -> String {
    guard row != column else { return "<td class=\"self\"></td>" }
    let pairs = comparisons.pairs + comparisons.againstReferences
    guard
      let pair = pairs.first(where: {
        ($0.first == row && $0.second == column) || ($0.first == column && $0.second == row)
      })
    else { return "<td><span class=\"none\" title=\"not compared\">–</span></td>" }
    let difference = (pair.first == row ? 1 : -1) * pair.test.meanDifference
    let number = NumberText.signed(difference)
    let details = pair.holmP.map { "Holm-adjusted \(NumberText.p($0))" } ?? "no test"
    let title = htmlEscaped("\(row) − \(column): \(number), \(details)")
    guard let better = pair.better else { return "<td title=\"\(title)\">\(number)</td>" }
    let isBetter = better == row
    return "<td class=\"\(isBetter ? "gains" : "loses")\" title=\"\(title)\">\(number)&nbsp;"
      + "\(isBetter ? "▲" : "▼")<span class=\"unseen\"> significantly "
      + "\(isBetter ? "better" : "worse")</span></td>"
  }

  private func mean(_ name: String) -> Double? {
    scores.summary(name, metric, subset: comparisons.subset)?.mean
  }
}
