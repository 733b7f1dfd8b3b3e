import Basics
import Evaluation
import Foundation
import Pages

/// `progress.html` in a run's folder: how far the run is, cell by cell, as a page that renews itself.
package struct ProgressPage {
  package static let fileName = "progress.html"
  /// Seconds between two looks of a browser.
  private static let refresh = 10

  private let title: String
  private let plan: StudyPlan
  private let watch: CellWatch
  private let states: [(cell: StudyPlan.Cell, state: CellState)]
  private let time: Double
  private let isRunning: Bool

  /// - Parameters:
  ///   - plan: the run's.
  ///   - folder: the run's.
  ///   - watch: has looked at the finished cells.
  ///   - time: now, in seconds since 1970.
  ///   - isRunning: whether who writes it goes on.
  /// - Throws: `ZooError` where the folder can't be read.
  package init(
    _ plan: StudyPlan, run folder: String, _ watch: CellWatch, time: Double, isRunning: Bool = true
  ) throws {
    (self.plan, self.watch, self.time, self.isRunning) = (plan, watch, time, isRunning)
    states = try CellState.all(of: plan, run: folder)
    let root = try JSONValue.parse(contentsOf: "\(folder)/study.json").object().members
    title = try root.first { $0.key == "name" }?.value.string() ?? folder
  }

  private func count(_ isCounted: (CellState) -> Bool) -> Int {
    states.count { isCounted($0.state) }
  }

  private var running: [(cell: StudyPlan.Cell, state: CellState)] {
    states.filter { if case .running = $0.state { true } else { false } }
  }

  /// The page; one of a run without missing cells does not renew itself.
  package var html: String {
    let done = count { $0 == .finished }
    let isOver = done == plan.cells.count
    let facts = [
      "\(done) of \(plan.cells.count) cells are finished", "\(running.count) are being made",
      remark(isOver: isOver),
    ].filter { !$0.isEmpty }
    var page = Page(
      eyebrow: "EncoderZoo comparison, while it runs", title: title,
      lede: htmlEscaped(facts.joined(separator: " · ")),
      content: """
        <section id="cells" aria-labelledby="cells-head">
        <h2 id="cells-head">Cells</h2>
        <progress max="\(plan.cells.count)" value="\(done)">\(done) of \(plan.cells.count)</progress>
        \(PageParts.box("Cells by combination and split", table))\(workers)<p>As of \(htmlEscaped(LocalTime.text(time, seconds: true))).\
        \(isOver ? " <a href=\"report.html\">The report</a> is there once the tables are written." : "")</p>
        </section>

        """, files: ["plan.json"])
    page.style = "progress { width: 100%; height: 1rem; accent-color: var(--a); }\n"
    page.refreshSeconds = isOver || !isRunning ? nil : Self.refresh
    return page.html
  }

  /// How it goes on; empty where there is nothing to say.
  private func remark(isOver: Bool) -> String {
    if isOver { return "" }
    // Others may make cells of a run that was left here.
    if !isRunning { return running.isEmpty ? "stopped: --resume goes on" : "" }
    return watch.secondsLeft(workers: running.count).map {
      "about \(NumberText.duration($0)) left"
    } ?? "time left not known yet"
  }

  private var table: String {
    var (combinations, splits): ([String], [String]) = ([], [])
    var seen: Set<String> = []
    for cell in plan.cells {
      if seen.insert("combination \(cell.combination)").inserted {
        combinations.append(cell.combination)
      }
      if seen.insert("split \(cell.split)").inserted { splits.append(cell.split) }
    }
    let byName = Dictionary(
      states.map { ($0.cell.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    let rows = combinations.map { combination in
      let cells = splits.map { split -> String in
        let name = "\(split)/\(combination)"
        switch byName[name] {
        case .finished:
          let score = watch.outcomes[name]?.score
          let seconds = watch.outcomes[name].map { NumberText.duration($0.seconds) } ?? ""
          return "<td>\(score.map { NumberText.metric($0) } ?? "done")"
            + " <span class=\"sd\">\(htmlEscaped(seconds))</span></td>"
        case .running: return "<td class=\"chosen\">running</td>"
        case .waiting: return "<td class=\"none\">waits</td>"
        case .free: return "<td class=\"none\">–</td>"
        case nil: return "<td></td>"
        }
      }
      return "<tr><th scope=\"row\">\(breakable(combination))</th>\(cells.joined())</tr>\n"
    }
    let heads = splits.map { "<th scope=\"col\">\(htmlEscaped($0))</th>" }.joined()
    let score =
      plan.metric.map { "Test \($0.title), and what a cell took" } ?? "What a cell took"
    return """
      <table>
      <caption><span>\(htmlEscaped(score)). Differences are tested in the report, once all cells are there.</span></caption>
      <thead><tr><th scope="col">Combination</th>\(heads)</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
  }

  private var workers: String {
    let items = running.map { cell, state in
      "<li>\(htmlEscaped(cell.name)): \(htmlEscaped(state.text))</li>\n"
    }
    return items.isEmpty ? "" : "<ul>\n\(items.joined())</ul>\n"
  }
}

extension ProgressPage {
  /// Writes the page of a run that nobody makes cells of from here.
  ///
  /// - Throws: `ZooError` where the folder can't be read or written to.
  static func write(_ folder: String) throws {
    var known: (plan: StudyPlan, watch: CellWatch)?
    try write(folder, &known, isRunning: false)
  }

  /// Writes the page; `known` is what an earlier look has learnt.
  fileprivate static func write(
    _ folder: String, _ known: inout (plan: StudyPlan, watch: CellWatch)?, isRunning: Bool
  ) throws {
    let plan = try StudyPlan(run: folder)
    // A run that goes on with more trials has another plan.
    var watch =
      try known.flatMap { $0.plan == plan ? $0.watch : nil } ?? CellWatch(plan, run: folder)
    try watch.learn()
    known = (plan, watch)
    let page = try ProgressPage(
      plan, run: folder, watch, time: Date().timeIntervalSince1970, isRunning: isRunning)
    try AtomicFile.write(page.html, to: "\(folder)/\(fileName)")
  }
}

/// Keeps the page of a run's progress up to date while the run goes on.
package final class ProgressPageWriter: @unchecked Sendable {
  private let folder: String
  private let lock = NSCondition()
  private var isOver = false
  private var hasEnded = false
  /// Seconds between two looks.
  private static let pause = 5.0

  /// Begins to look at a folder; nothing is written before the run has begun.
  package init(run folder: String) {
    self.folder = folder
    Thread.detachNewThread { self.work() }
  }

  /// Writes the page a last time, and ends.
  package func finish() {
    lock.lock()
    isOver = true
    lock.signal()
    while !hasEnded { lock.wait() }
    lock.unlock()
  }

  private func work() {
    var known: (plan: StudyPlan, watch: CellWatch)?
    var last = false
    while true {
      // What can't be read or written now may be a moment later; the run itself says what is wrong.
      try? ProgressPage.write(folder, &known, isRunning: !last)
      if last { break }
      lock.lock()
      if !isOver { _ = lock.wait(until: Date(timeIntervalSinceNow: Self.pause)) }
      last = isOver
      lock.unlock()
    }
    lock.lock()
    hasEnded = true
    lock.broadcast()
    lock.unlock()
  }
}
