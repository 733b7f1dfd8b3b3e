import Basics
import Evaluation
import Foundation
import Pages
import Studies

/// One page over many runs: which there are, what they scored where that can be compared, and what they cost.
package struct RunsPage {
  private let runs: [RunRecord]
  private let groups: [RunGroup]
  private let overDataSets: DataSetComparison?
  private let differences: [String: [RunDifference.Line]]
  /// What is passed over, and why.
  package let notes: [String]

  /// Reads runs.
  ///
  /// - Parameters:
  ///   - runs: in the order of the page.
  ///   - metric: what all are compared by; nil takes that of each group's first.
  /// - Throws: `ZooError` for a file that can't be read.
  package init(_ runs: [RunRecord], metric: ScoreMetric? = nil) throws {
    self.runs = runs
    groups = try RunGroup.groups(runs, metric: metric)
    let compared = try DataSetComparison.made(groups)
    overDataSets = compared.found
    let unsaid = compared.found == nil ? compared.notes : []
    var differences: [String: [RunDifference.Line]] = [:]
    for group in groups {
      for run in group.runs.dropFirst() {
        differences[run.path] = try RunDifference.lines(group.runs[0].path, run.path)
      }
    }
    self.differences = differences
    notes =
      runs.filter { $0.state == .broken }.map { "\($0.path) can't be read: \($0.problem)" }
      + groups.flatMap(\.notes) + unsaid.map { "no comparison over data sets: \($0)" }
  }

  /// Writes the page, whole or not at all; links lead from its folder to the runs' reports.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().standardizedFileURL.path
    try AtomicFile.write(html(from: folder), to: path)
  }

  /// The page as it stands in a folder.
  func html(from folder: String) -> String {
    let seconds = runs.reduce(0) { $0 + $1.seconds }
    let size = [
      counted(groups.count, "set") + " of cases and splits",
      "\(NumberText.duration(seconds)) of training",
    ]
    var page = Page(
      eyebrow: "EncoderZoo runs", title: counted(runs.count, "run"),
      lede: htmlEscaped(size.joined(separator: " · ")),
      content: list(from: folder) + groups.enumerated().map { section($1, number: $0 + 1) }.joined()
        + ranks,
      files: [])
    page.head = PageParts.warnings(notes, strong: "Mind:")
    page.style = ".tie { stroke: var(--a); stroke-width: 5; stroke-linecap: round; }\n"
    page.scripts = [SortableTable.script]
    return page.html
  }

  // MARK: - The list

  private func list(from folder: String) -> String {
    let rows = runs.map { run in
      let report = "\(run.path)/report.html"
      let hasReport = FileManager.default.fileExists(atPath: report)
      let name =
        hasReport
        ? "<a href=\"\(htmlEscaped(Self.link(to: report, from: folder)))\">\(breakable(run.name))</a>"
        : breakable(run.name)
      let state =
        run.state == .begun ? "\(run.finishedCells) of \(run.cells) cells" : run.state.rawValue
      let set = groups.firstIndex { group in group.runs.contains { $0.path == run.path } }
      let score = run.best.map {
        "\(NumberText.metric($0.mean)) <span class=\"sd\">\(breakable($0.combination)), \(htmlEscaped($0.metric))</span>"
      }
      let tags = run.tags.map { "#\($0)" }.joined(separator: " ")
      let note = [tags, run.note].filter { !$0.isEmpty }.joined(separator: " ")
      return "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(run.name))\">\(name)"
        + (note.isEmpty ? "" : "<span class=\"sd\">\(htmlEscaped(note))</span>") + "</th>"
        + "<td data-key=\"\(set ?? groups.count)\">\(set.map { "\($0 + 1)" } ?? "–")</td>"
        + "<td data-key=\"\(run.begun)\">\(htmlEscaped(LocalTime.text(run.begun)))</td>"
        + "<td class=\"words\" data-key=\"\(htmlEscaped(state))\">\(htmlEscaped(state))</td>"
        + "<td data-key=\"\(run.seconds)\">\(htmlEscaped(NumberText.duration(run.seconds)))</td>"
        + "<td data-key=\"\(run.best.map { "\($0.mean)" } ?? "")\">\(score ?? "–")</td></tr>\n"
    }
    let heads =
      SortableTable.head("Run", isNumber: false) + SortableTable.head("set", isNumber: true)
      + SortableTable.head("begun", isNumber: true) + SortableTable.head("state", isNumber: false)
      + SortableTable.head("time of all cells", isNumber: true)
      + SortableTable.head("test score of the best on validation", isNumber: true)
    let table = """
      <table class="sortable">
      <caption><span>Runs of one set are over the same cases with the same pictures, texts, labels and splits. \
      The numbers are those of each run’s results.csv.</span>\
      </caption>
      <thead>
      <tr>\(heads)</tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return """
      <section id="runs" aria-labelledby="runs-head">
      <h2 id="runs-head">Runs</h2>
      <p role="status" aria-live="polite" class="aside">In the order given; a heading sorts.</p>
      \(PageParts.box("Runs", table))</section>

      """
  }

  /// The way from a folder to a file, as a link has it.
  private static func link(to path: String, from folder: String) -> String {
    let (own, target) = (folder.split(separator: "/"), path.split(separator: "/"))
    let shared = zip(own, target).prefix { $0 == $1 }.count
    let parts =
      Array(repeating: "..", count: own.count - shared) + target.dropFirst(shared).map(String.init)
    let plain = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ";:?#"))
    return parts.map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? $0 }
      .joined(separator: "/")
  }

  // MARK: - Runs over the same cases

  private func section(_ group: RunGroup, number: Int) -> String {
    guard let table = group.table else { return "" }
    let rows = table.rows.map { row in
      let cost = group.costs[row.name]
      let tie = row.tiesWithBest.map { $0 ? "=" : "" } ?? "?"
      let interval = row.interval.map {
        "\(NumberText.metric($0.lower)) to \(NumberText.metric($0.upper))"
      }
      func cell(_ text: String?, key: Double?) -> String {
        "<td data-key=\"\(key.map { "\($0)" } ?? "")\">\(text.map(htmlEscaped) ?? "–")</td>"
      }
      return
        "<tr><th scope=\"row\" data-key=\"\(htmlEscaped(row.name))\">\(breakable(row.name))</th>"
        + "<td data-key=\"\(tie)\">\(tie)</td>"
        + "<td data-key=\"\(row.mean)\">\(NumberText.metric(row.mean)) <span class=\"sd\">±\u{a0}"
        + "\(NumberText.metric(row.deviation))</span></td>"
        + cell(interval, key: row.interval?.lower)
        + cell(cost?.multiplyAdds.map(CostPlot.text), key: cost?.multiplyAdds)
        + cell(
          cost?.parameters.map(NumberText.count), key: cost?.parameters.map(Double.init))
        + cell(cost?.seconds.map(NumberText.duration), key: cost?.seconds) + "</tr>\n"
    }
    let heads =
      SortableTable.head("Combination", isNumber: false)
      + SortableTable.head("tie", isNumber: false)
      + SortableTable.head("test \(htmlEscaped(table.metric.title))", isNumber: true)
      + SortableTable.head("95% interval", isNumber: true)
      + SortableTable.head("multiply-adds of a case", isNumber: true)
      + SortableTable.head("parameters", isNumber: true)
      + SortableTable.head("training", isNumber: true)
    let scores = """
      <table class="sortable">
      <caption><span>Mean ± standard deviation over the splits. = no significant difference from the first of all: \
      ties, whose order is no rank (corrected resampled t-test, Holm-adjusted over all pairs, 0.05); ? not tested.\
      \(table.metric.higherIsBetter ? "" : " Lower is better.")</span></caption>
      <thead>
      <tr>\(heads)</tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    let names = group.runs.map(\.name).joined(separator: ", ")
    return """
      <section id="set-\(number)" aria-labelledby="set-\(number)-head">
      <h2 id="set-\(number)-head">Set \(number)</h2>
      <p>\(htmlEscaped(names)); data \(htmlEscaped(String(group.digests[0].prefix(8)))), splits \
      \(htmlEscaped(String(group.digests[1].prefix(8)))).</p>
      <p role="status" aria-live="polite" class="aside">In the order of the means; a heading sorts.</p>
      \(PageParts.box("Scores of set \(number)", scores))\(otherwise(group))</section>

      """
  }

  /// What the studies of a group set otherwise than its first.
  private func otherwise(_ group: RunGroup) -> String {
    group.runs.dropFirst().map { run in
      let lines = differences[run.path] ?? []
      let title = "\(run.name) against \(group.runs[0].name): \(counted(lines.count, "setting"))"
      guard !lines.isEmpty else { return "<p>\(htmlEscaped(title)) differ.</p>\n" }
      let rows = lines.map { line in
        "<tr><th scope=\"row\">\(breakable(line.key))</th>"
          + "<td class=\"words\">\(htmlEscaped(line.first ?? "not set"))</td>"
          + "<td class=\"words\">\(htmlEscaped(line.second ?? "not set"))</td></tr>\n"
      }
      let table = """
        <table>
        <thead><tr><th scope="col">key</th><th scope="col">\(breakable(group.runs[0].name))</th>\
        <th scope="col">\(breakable(run.name))</th></tr></thead>
        <tbody>
        \(rows.joined())</tbody>
        </table>

        """
      return "<details class=\"fold\"><summary>\(htmlEscaped(title)) differ</summary>\n"
        + PageParts.box(title, table) + "</details>\n"
    }.joined()
  }

  // MARK: - Several data sets

  private var ranks: String {
    guard let found = overDataSets else { return "" }
    let (ranks, metric) = (found.ranks, found.metric)
    let order = ranks.names.indices.sorted { ranks.meanRanks[$0] < ranks.meanRanks[$1] }
    let rows = order.map { index in
      "<tr><th scope=\"row\">\(breakable(ranks.names[index]))</th>"
        + "<td>\(NumberText.fixed(ranks.meanRanks[index], digits: 2))</td>"
        + found.scores.map { "<td>\(NumberText.metric($0[index]))</td>" }.joined() + "</tr>\n"
    }
    let heads = ranks.dataSets.map { "<th scope=\"col\">\(breakable($0))</th>" }.joined()
    let table = """
      <table>
      <caption><span>Mean test \(htmlEscaped(metric.title)) on each data set; the rank is the mean over them.</span></caption>
      <thead><tr><th scope="col">Combination</th><th scope="col">mean rank</th>\(heads)</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    let pairs = ranks.pairs.map { pair in
      "<tr><th scope=\"row\">\(breakable(pair.first)) − \(breakable(pair.second))</th>"
        + "<td>\(NumberText.signed(pair.meanDifference))</td>"
        + "<td>\(NumberText.probability(pair.test.p))</td><td>\(NumberText.probability(pair.holmP))</td>"
        + "<td>\(NumberText.probability(pair.bayesian.firstGreater))</td>"
        + "<td>\(NumberText.probability(pair.bayesian.equivalent))</td>"
        + "<td>\(NumberText.probability(pair.bayesian.secondGreater))</td></tr>\n"
    }
    let tests = """
      <table>
      <caption><span>Wilcoxon's signed-rank test over the data sets, Holm-adjusted; and by the Bayesian signed-rank test \
      the probability that the first is greater by more than \(NumberText.short(0.01)), equal within it, or smaller.\
      </span></caption>
      <thead><tr><th scope="col">Pair</th><th scope="col">mean difference</th><th scope="col">p</th>\
      <th scope="col">Holm p</th><th scope="col">P(greater)</th><th scope="col">P(equal)</th>\
      <th scope="col">P(smaller)</th></tr></thead>
      <tbody>
      \(pairs.joined())</tbody>
      </table>

      """
    return """
      <section id="data-sets" aria-labelledby="data-sets-head">
      <h2 id="data-sets-head">Over \(ranks.dataSets.count) data sets</h2>
      \(found.sentences.map { "<p>\(htmlEscaped($0))</p>\n" }.joined())\(PageParts.warnings(found.notes, strong: "Mind:"))\
      <figure>
      <div class="plot">
      \(RankPlot(ranks: ranks).html)</div>
      <figcaption>Mean ranks, the best to the left. A bar joins combinations of which no pair differs significantly.\
      </figcaption>
      </figure>
      \(PageParts.box("Scores by data set", table))\
      <details class="fold"><summary>All \(ranks.pairs.count) pairs</summary>
      \(PageParts.box("Pairs over the data sets", tests))</details>
      </section>

      """
  }
}
