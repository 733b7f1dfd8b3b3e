import Basics
import Datasets
import Foundation
import Pages

extension SanityCheck {
  /// The titles of the methods with their names, in order.
  private var methods: [(name: String, title: String)] {
    var seen: Set<String> = []
    return rows.compactMap { seen.insert($0.method).inserted ? ($0.method, $0.title) : nil }
  }

  private func rows(_ method: String) -> [Row] { rows.filter { $0.method == method } }

  /// Writes `sanity.csv` and `sanity.html` into a folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to folder: String) throws {
    var table = CSVWriter(columns: [
      "method", "layer", "scores", "lowest", "highest", "magnitudes", "signals", "flat",
    ])
    let all = rows.map { ($0, $0.layer ?? "") } + shuffledRows.map { ($0, SanityCheck.labels) }
    for (row, layer) in all {
      table.append(
        [row.method, layer]
          + [row.scores, row.range?.lowerBound, row.range?.upperBound, row.magnitudes, row.signals]
          .map { $0.map { "\($0)" } ?? "" } + ["\(row.flat)"])
    }
    try AtomicFile.makeFolder(folder)
    try table.write(to: "\(folder)/sanity.csv")
    try AtomicFile.write(html, to: "\(folder)/sanity.html")
  }

  /// What stands for a layer in the rows of the model that learnt shuffled labels; no layer has a space.
  private static let labels = "shuffled labels"

  /// Lines for every method: what is left once every layer is random, and with shuffled labels.
  package var lines: [String] {
    methods.flatMap { method in
      let shuffled = shuffledRows.filter { $0.method == method.name }.map {
        "\(method.title), shuffled labels: \(sentence($0))"
      }
      return rows(method.name).suffix(1).map { "\(method.title): \(sentence($0))" } + shuffled
    }
  }

  private func sentence(_ row: Row) -> String {
    if row.flat == cases {
      return "a map is flat, which has no ranks, so there is nothing to compare"
    }
    let figures =
      "rank correlation \(figure(row.scores)) of scores, \(figure(row.magnitudes)) of magnitudes, "
      + "\(row.signals.map { String(format: "%.2f", $0) } ?? "–") of signals shared"
    return row.flat == 0 ? figures : figures + " (but for \(row.flat) of \(cases), which are flat)"
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
      chart("Signals shared", 0...1, \.signals),
    ]
    let bodies = methods.map { method in
      let lines = rows(method.name).map { line($0, head: $0.layer ?? "none") }
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
    let shuffled = shuffledDescription.map { description in
      """
      <section aria-labelledby="labels-head">
      <h2 id="labels-head">What shuffled labels leave of the maps</h2>
      <p>\(htmlEscaped(description)) What its maps share with those of the true model does not come \
      from the labels.</p>
      \(PageParts.box("Shuffled labels", shuffledTable, isTall: false))</section>

      """
    }
    let content = """
      <section aria-labelledby="curves-head">
      <h2 id="curves-head">What is left of the maps</h2>
      <p>A map that tells of the model's reasons must change when the model forgets them. Scores and \
      magnitudes are compared by Spearman's rank correlation over all pixels; signals, at sight \
      sensitivity \(NumberText.short(settings.sensitivity)), by the share that both maps have of \
      those that either has. A map that is the same everywhere is flat: it has no ranks, and is told in \
      place of a figure.</p>
      \(charts[0].legend)<div class="panels">
      \(charts.map(\.panel).joined())</div>
      </section>
      <section aria-labelledby="table-head">
      <h2 id="table-head">Layer by layer</h2>
      \(PageParts.box("Layer by layer", table, isTall: true))\
      \(PageParts.facts([PageFact("Model", model), PageFact("Seed", "\(seed)")]))</section>
      \(shuffled ?? "")\(ModelFacts([record]).section)
      """
    return FiguresPage(
      kind: "sanity check", title: "Do the maps depend on what was learnt?",
      lede: "\(counted(cases, "image")) · \(description)", isSynthetic: isSynthetic,
      warnings: warnings, notice: CaseExplanation.notice, content: content,
      files: ["sanity.csv"]
    ).html
  }

  private var shuffledTable: String {
    """
    <table>
    <caption><span>How alike the maps of the model of shuffled labels are to those of the true model, \
    the mean over \(counted(cases, "image")) and its range.</span></caption>
    <thead><tr><th scope="col">Map</th><th scope="col">Scores</th>\
    <th scope="col">Magnitudes</th><th scope="col">Signals shared</th></tr></thead>
    <tbody>
    \(shuffledRows.map { line($0, head: $0.title) }.joined())</tbody></table>

    """
  }

  /// A row of a table; what can't be told because a map is flat says so.
  private func line(_ row: Row, head: String) -> String {
    let range = row.range.map {
      "<span class=\"sd\">\(NumberText.metric($0.lowerBound)) to "
        + "\(NumberText.metric($0.upperBound))</span>"
    }
    func cell(_ value: Double?) -> String {
      row.flat == cases ? "flat" : NumberText.metric(value)
    }
    let some = row.flat > 0 && row.flat < cases ? "<span class=\"sd\">\(row.flat) flat</span>" : ""
    return "<tr><th scope=\"row\">\(htmlEscaped(head))</th>"
      + "<td>\(cell(row.scores))\(range ?? "")\(some)</td><td>\(cell(row.magnitudes))</td>"
      + "<td>\(cell(row.signals))</td></tr>\n"
  }
}
