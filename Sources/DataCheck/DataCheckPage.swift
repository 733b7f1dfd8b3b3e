import Basics
import Datasets
import Foundation
import Images
import Pages

/// `check.html`: what was found, with pictures, and what the data are like.
package struct DataCheckPage {
  private let check: DataCheck
  private let title: String
  /// The cases by id.
  private let cases: [String: Case]
  /// Pictures that are shown of one finding at most.
  private static let picturesShown = 12

  package init(_ check: DataCheck, title: String) {
    self.check = check
    self.title = title
    cases = Dictionary(
      check.input.set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The whole page.
  package var html: String {
    let set = check.input.set
    let counts = DataFinding.Severity.allCases.map { severity in
      (severity, check.findings.count { $0.severity == severity })
    }
    let summary = counts.filter { $0.1 > 0 }
      .map { DataCheck.count($0.1, $0.0.rawValue) }.joined(separator: ", ")
    var page = Page(
      eyebrow: "Data check", title: title,
      lede: htmlEscaped(
        "\(DataCheck.count(set.cases.count, "case")) of \(set.name)"
          + (set.description.isEmpty ? "" : ": \(set.description)")),
      content: answer(summary) + findings + tables + pictures
        + section("texts", "Texts", DataCheckPage.texts(check)),
      files: [DataCheck.fileName])
    page.style = DataCheckPage.style + DataCheckPage.pairStyle
    return page.html
  }

  private static let style = """
    .finding { background: var(--surface); border: 1px solid var(--rule); border-radius: .6rem;
      padding: .6rem 1rem; margin: .6rem 0; }
    .finding p { margin: .2rem 0; max-width: 56rem; overflow-wrap: anywhere; }
    .finding.is-warning, .finding.is-error { border-left: 4px solid var(--note-rule); }
    .finding.is-error { background: var(--note); }
    .severity { font-size: .8rem; font-weight: 650; color: var(--muted); letter-spacing: .02em; }
    .thumbnails { display: flex; flex-wrap: wrap; gap: .6rem; margin: .5rem 0; }
    .thumbnails figure { margin: 0; width: 7.5rem; }
    .thumbnails img { width: 100%; height: auto; display: block; border-radius: .3rem;
      background: #000; }
    .thumbnails figcaption { font-size: .78rem; margin-top: .15rem; overflow-wrap: anywhere; }

    """

  private func answer(_ summary: String) -> String {
    let worst = check.findings.first
    let sentence =
      worst.map { $0.severity == .note ? "Nothing speaks against training" : $0.message }
      ?? "Nothing was found"
    return """
      <section class="answer" aria-label="Answer">
      <h2>\(htmlEscaped(summary.isEmpty ? "no findings" : summary))</h2>
      <p class="main">\(htmlEscaped(DataCheckPage.ended(sentence)))</p>
      </section>

      """
  }

  /// A sentence with its full stop.
  private static func ended(_ sentence: String) -> String {
    sentence.last.map { ".?!…".contains($0) } == true ? sentence : sentence + "."
  }

  private func section(_ id: String, _ title: String, _ content: String) -> String {
    content.isEmpty
      ? "" : "<section id=\"\(id)\"><h2>\(htmlEscaped(title))</h2>\n\(content)</section>\n"
  }

  private var findings: String {
    section("findings", "What was found", check.findings.map(finding).joined())
  }

  private func finding(_ finding: DataFinding) -> String {
    let advice =
      finding.advice.map { "<p class=\"aside\">\(htmlEscaped(DataCheckPage.ended($0)))</p>\n" }
      ?? ""
    return """
      <div class="finding is-\(finding.severity.rawValue)">
      <p class="severity">\(finding.severity.rawValue) · \(htmlEscaped(finding.kind.rawValue))</p>
      <p>\(htmlEscaped(DataCheckPage.ended(finding.message)))</p>
      \(advice)\(isAboutPictures(finding.kind) ? thumbnails(of: finding.cases) : "")\
      \(pairs(of: finding, cases))\(names(finding))</div>

      """
  }

  private func isAboutPictures(_ kind: DataFinding.Kind) -> Bool {
    [
      .blankPicture, .invertedPicture, .rotatedPicture, .cutPicture, .colourPicture, .oddPicture,
      .brightness, .duplicatePicture,
    ].contains(kind)
  }

  private func names(_ finding: DataFinding) -> String {
    guard finding.cases.count > 5 else { return "" }
    let shown = finding.cases.prefix(200).joined(separator: ", ")
    let more = finding.cases.count > 200 ? ", … (all in \(DataCheck.fileName))" : ""
    return "<details class=\"fold\"><summary>\(finding.cases.count) cases</summary><p>"
      + "\(htmlEscaped(shown + more))</p></details>\n"
  }

  /// The first pictures of some cases, small.
  private func thumbnails(of ids: [String]) -> String {
    let figures = ids.prefix(DataCheckPage.picturesShown)
      .compactMap { cases[$0].flatMap(DataCheckPage.figure) }
    return figures.isEmpty ? "" : "<div class=\"thumbnails\">\(figures.joined())</div>\n"
  }

  /// The picture of a case, small, with its id and answer; nil where it can't be read.
  static func figure(of item: Case) -> String? {
    guard let path = item.imagePath,
      let image = try? PixelImage.load(path: path, channels: nil).eightBit,
      let data = try? image.resized(
        width: image.width >= image.height ? 120 : max(1, 120 * image.width / image.height),
        height: image.height >= image.width ? 120 : max(1, 120 * image.height / image.width)
      ).encodedPNG()
    else { return nil }
    let answer = item.findings.isEmpty ? item.label ?? "" : item.findings.joined(separator: ", ")
    return """
      <figure><img alt="picture of case \(htmlEscaped(item.id))" \
      src="data:image/png;base64,\(data.base64EncodedString())">\
      <figcaption>\(htmlEscaped(item.id))<br>\(htmlEscaped(answer))</figcaption></figure>
      """
  }

  private var tables: String {
    let shown = ([check.tables.all, check.tables.subsets] + check.tables.attributes)
      .filter { !$0.rows.isEmpty }.map(countTable)
    let patients = check.tables.patients
    let facts = PageParts.facts([
      PageFact("Patients", patients.count == 0 ? "not named" : "\(patients.count)"),
      PageFact("Cases without a patient", "\(patients.unknown)"),
      PageFact("Most cases of one patient", "\(patients.most)"),
    ])
    return section("cases", "Cases", facts + shown.joined())
  }

  private func countTable(_ table: CaseTables.Table) -> String {
    let head = (["", "cases"] + check.tables.labels).map {
      "<th scope=\"col\">\(htmlEscaped($0))</th>"
    }
    let rows = table.rows.map { row in
      "<tr><th scope=\"row\">\(htmlEscaped(row.name))</th><td>\(row.cases)</td>"
        + row.counts.map {
          "<td>\($0)<span class=\"sd\">\(NumberText.percent(Double($0) / Double(max(1, row.cases))))</span></td>"
        }.joined() + "</tr>\n"
    }
    return PageParts.box(
      table.title,
      "<table><caption><span>\(htmlEscaped(table.title))</span></caption><thead><tr>\(head.joined())</tr></thead>"
        + "<tbody>\n\(rows.joined())</tbody></table>\n", isTall: rows.count > 12)
  }

  private var pictures: String {
    guard check.pictures != nil else { return "" }
    let sizes = check.pictureSizes
    let rows = sizes.prefix(12).map { size in
      "<tr><th scope=\"row\">\(size.width) × \(size.height)</th><td>\(size.depth)</td>"
        + "<td>\(size.hasColour ? "colour" : "grey")</td><td>\(size.count)</td></tr>\n"
    }
    let more = sizes.count > 12 ? " (the 12 commonest of \(sizes.count))" : ""
    let table = PageParts.box(
      "Sizes",
      "<table><caption><span>Width × height\(more)</span></caption><thead><tr><th scope=\"col\">pixels</th>"
        + "<th scope=\"col\">bits</th><th scope=\"col\">kind</th><th scope=\"col\">pictures</th></tr></thead>"
        + "<tbody>\n\(rows.joined())</tbody></table>\n")
    let bins = Double(PictureSketch.bins)
    let chart = LineChart(
      title: "Greys of the pictures of each label: the mean share of pixels"
        + (check.histograms.count > 6 ? " (the first 6 of \(check.histograms.count) labels)" : ""),
      xTitle: "grey, 0 black to 1 white", range: 0...0.05,
      curves: check.histograms.prefix(6).map { histogram in
        LineChart.Curve(
          label: histogram.label,
          points: histogram.shares.enumerated().map {
            (x: (Double($0.offset) + 0.5) / bins, y: $0.element)
          })
      })
    return section(
      "pictures", "Pictures",
      table + "<div class=\"panels\">\(chart.plainPanel)</div>\(chart.legend)")
  }
}
