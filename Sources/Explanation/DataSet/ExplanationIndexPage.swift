import Basics
import Foundation
import Pages

/// The page `index.html`: a table of explained cases that sorts by any of its columns.
struct ExplanationIndexPage {
  let index: ExplanationIndex

  init(_ index: ExplanationIndex) { self.index = index }

  /// The whole page.
  var html: String {
    let wrong = index.rows.count(where: \.isWrong)
    let known = index.rows.count { $0.error != nil }
    let right =
      known == 0 ? "" : " · \(known - wrong) of \(known) answered rightly"
    return FiguresPage(
      kind: "explanations", title: "Explained cases",
      lede: "\(counted(index.rows.count, "case"))\(right) · \(index.description)",
      isSynthetic: index.isSynthetic, warnings: index.warnings, notice: CaseExplanation.notice,
      content: table + ModelFacts(index.records).section + leftOut, files: ["index.csv", "cases"],
      scripts: [SortableTable.script], hasPicturesBeside: true
    ).html
  }

  private var hasImages: Bool { index.rows.contains { $0.circles != nil } }
  private var hasWords: Bool { index.rows.contains { !$0.words.isEmpty } }
  private var hasShares: Bool { index.rows.contains { $0.imageShare != nil } }
  private var hasTruth: Bool { index.rows.contains { $0.truth != nil } }

  /// The columns with their sorting keys, from the first on.
  private var heads: [(title: String, isNumber: Bool)] {
    [("Case", false)] + (hasTruth ? [("Label", false)] : [])
      + [("Model says", false), ("Probability", true)] + (hasTruth ? [("Error", true)] : [])
      + (hasImages ? [("Circles", true)] : []) + (hasShares ? [("Image’s share", true)] : [])
      + (hasWords ? [("Strongest words", false)] : [])
  }

  private var table: String {
    // The largest errors are what a reader looks for first.
    let rows = index.rows.enumerated().sorted {
      let (a, b) = ($0.element.error ?? -1, $1.element.error ?? -1)
      return a != b ? a > b : $0.offset < $1.offset
    }.map { line($0.element) }
    let sorted = hasTruth ? "Error" : ""
    let heads = heads.map { head in
      SortableTable.head(
        head.title, isNumber: head.isNumber, sorted: head.title == sorted,
        style: head.isNumber ? "" : "words")
    }
    let body = """
      <table id="cases" class="sortable">
      <caption><span>A row opens its explanation. Probability: of \
      \(htmlEscaped(explained)). Error: by how much that misses the label. \
      \(htmlEscaped(pictures))</span></caption>
      <thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>

      """
    return """
      <section aria-labelledby="cases-head">
      <h2 id="cases-head">Cases</h2>
      <p id="order" role="status" aria-live="polite" class="aside">\
      \(hasTruth ? "Sorted by error, the largest first." : "In the order of the data.")</p>
      \(PageParts.box("Cases", body))</section>

      """
  }

  private var explained: String {
    let names = Set(index.rows.map(\.positive))
    return names.count > 1
      ? "what is explained, which is what the model answers first to each case" : names.first ?? ""
  }

  private var pictures: String {
    index.rows.first?.method.map { "Pictures and circles: \($0)." } ?? ""
  }

  private func line(_ row: ExplanationIndex.Row) -> String {
    func cell(_ text: String, key: String, isNumber: Bool) -> String {
      "<td\(isNumber ? "" : " class=\"words\"") data-key=\"\(htmlEscaped(key))\">\(text)</td>"
    }
    func number(_ value: Double?) -> String {
      cell(NumberText.metric(value), key: value.map { "\($0)" } ?? "", isNumber: true)
    }
    func words(_ text: String) -> String { cell(htmlEscaped(text), key: text, isNumber: false) }
    let link = "\(htmlEscaped(encoded(row.folder)))/explanation.html"
    let picture =
      row.circles == nil
      ? ""
      : "<img loading=\"lazy\" alt=\"\" src=\"\(htmlEscaped(encoded(row.folder)))/"
        + "\(CaseExplanation.thumbnailFile)\">"
    let warned =
      row.warnings == 0
      ? "" : "<span class=\"sd\">\(counted(row.warnings, "warning"))</span>"
    let split = row.split.map { "<span class=\"sd\">\(htmlEscaped($0))</span>" } ?? ""
    var cells =
      "<th scope=\"row\" data-key=\"\(htmlEscaped(row.id))\"><a href=\"\(link)\">\(picture)"
      + "<span title=\"\(htmlEscaped(row.id))\">\(breakable(row.id))</span></a>\(split)\(warned)</th>"
    if hasTruth { cells += words(row.truth ?? "") }
    cells += words(row.label) + number(row.probability)
    if hasTruth { cells += number(row.error) }
    if hasImages {
      cells += cell(
        row.circles.map { "\($0)" } ?? "–", key: row.circles.map { "\($0)" } ?? "",
        isNumber: true)
    }
    if hasShares { cells += number(row.imageShare) }
    if hasWords { cells += words(row.words.joined(separator: ", ")) }
    return "<tr\(row.isWrong ? " class=\"wrong\"" : "")>\(cells)</tr>\n"
  }

  /// A path as an address: the percent signs of folder names stand for themselves.
  private func encoded(_ path: String) -> String {
    path.replacingOccurrences(of: "%", with: "%25")
  }

  private var leftOut: String {
    guard !index.leftOut.isEmpty else { return "" }
    let rows = index.leftOut.map {
      "<tr><th scope=\"row\">\(htmlEscaped($0.id))</th><td class=\"words\">"
        + "\(htmlEscaped($0.reason))</td></tr>\n"
    }
    let table = """
      <table>
      <caption><span>\(counted(index.leftOut.count, "case")) could not be explained.</span></caption>
      <thead><tr><th scope="col">Case</th><th scope="col" class="words">Reason</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>

      """
    return """
      <section aria-labelledby="left-out-head">
      <h2 id="left-out-head">Left out</h2>
      \(PageParts.box("Cases left out", table, isTall: true))</section>

      """
  }
}
