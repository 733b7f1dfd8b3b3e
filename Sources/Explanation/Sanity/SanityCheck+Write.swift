import Basics
import Datasets
import Foundation
import Studies

extension SanityCheck {
  /// The titles of the methods with their names, in order.
  private var methods: [(name: String, title: String)] {
    var seen: Set<String> = []
    return rows.compactMap { seen.insert($0.method).inserted ? ($0.method, $0.title) : nil }
  }

  private func rows(_ method: String) -> [Row] { rows.filter { $0.method == method } }

  /// Writes `sanity.csv` and `sanity.html` to a new folder, both or neither.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    var table = CSVWriter(columns: [
      "method", "layer", "scores", "lowest", "highest", "magnitudes", "signals",
    ])
    for row in rows {
      table.append(
        [row.method, row.layer ?? ""]
          + [row.scores, row.range?.lowerBound, row.range?.upperBound, row.magnitudes, row.signals]
          .map { $0.map { "\($0)" } ?? "" })
    }
    try OutputFolder.write(folder) { folder in
      try table.write(to: "\(folder)/sanity.csv")
      try AtomicFile.write(html, to: "\(folder)/sanity.html")
    }
  }

  /// A line a method: what is left once every layer is random.
  package var lines: [String] {
    methods.compactMap { method in
      guard let last = rows(method.name).last else { return nil }
      return String(
        format: "%@: rank correlation %@ of scores, %@ of magnitudes, %.2f of signals shared",
        method.title, figure(last.scores), figure(last.magnitudes), last.signals)
    }
  }

  private func figure(_ value: Double?) -> String {
    value.map { String(format: "%+.2f", $0) } ?? "–"
  }

  private var html: String {
    let layers = methods.first.map { rows($0.name).map { $0.layer ?? "none" } } ?? []
    func chart(_ title: String, _ range: ClosedRange<Double>, _ value: (Row) -> Double?)
      -> LineChart
    {
      LineChart(
        title: title, xTitle: "random down to", xLabels: layers, range: range,
        curves: methods.map { method in
          let rows = rows(method.name).enumerated()
          return LineChart.Curve(
            label: method.title,
            points: rows.compactMap { place, row in value(row).map { (Double(place), $0) } })
        })
    }
    let charts = [
      chart("Rank correlation of scores", -0.2...1, \.scores),
      chart("Rank correlation of magnitudes", -0.2...1, \.magnitudes),
      chart("Signals shared", 0...1) { $0.signals },
    ]
    let bodies = methods.map { method in
      let lines = rows(method.name).map { row in
        let range = row.range.map {
          "<span class=\"sd\">\(ReportNumbers.metric($0.lowerBound)) to "
            + "\(ReportNumbers.metric($0.upperBound))</span>"
        }
        return "<tr><th scope=\"row\">\(htmlEscaped(row.layer ?? "none"))</th>"
          + "<td>\(ReportNumbers.metric(row.scores))\(range ?? "")</td>"
          + "<td>\(ReportNumbers.metric(row.magnitudes))</td>"
          + "<td>\(ReportNumbers.metric(row.signals))</td></tr>\n"
      }
      return "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"4\">"
        + "\(htmlEscaped(method.title))</th></tr>\n\(lines.joined())</tbody>\n"
    }
    let table = """
      <table>
      <caption><span>How alike a map is to that of the trained model, the mean over \
      \(counted(cases, "image")) and its range, once the layers from the output down to this one are \
      random.</span></caption>
      <thead><tr><th scope="col">Random down to</th><th scope="col">Scores</th>\
      <th scope="col">Magnitudes</th><th scope="col">Signals shared</th></tr></thead>
      \(bodies.joined())</table>

      """
    let content = """
      <section aria-labelledby="curves-head">
      <h2 id="curves-head">What is left of the maps</h2>
      <p>A map that tells of the model's reasons must change when the model forgets them. Scores and \
      magnitudes are compared by Spearman's rank correlation over all pixels; signals, at sight \
      sensitivity \(ReportNumbers.short(settings.sensitivity)), by the share that both maps have of \
      those that either has.</p>
      \(charts[0].legend)<div class="panels">
      \(charts.map(\.panel).joined())</div>
      </section>
      <section aria-labelledby="table-head">
      <h2 id="table-head">Layer by layer</h2>
      \(ReportTables.box("Layer by layer", table, isTall: true))\
      \(ReportTables.facts([ReportFact("Model", model), ReportFact("Seed", "\(seed)")]))</section>

      """
    return FiguresPage(
      kind: "sanity check", title: "Do the maps depend on what was learnt?",
      lede: "\(counted(cases, "image")) · \(description)", isSynthetic: isSynthetic,
      cautions: cautions, notice: CaseExplanation.notice, content: content,
      files: ["sanity.csv"]
    ).html
  }
}
