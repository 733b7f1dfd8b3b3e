import Basics
import Datasets
import Evaluation
import Foundation
import Pages

extension WordAblation {
  /// The words with enough instances, those that speak most for the positive class first.
  package var common: [Word] { words.filter { $0.instances >= settings.leastInstances } }

  /// Writes `words.csv`, `deletion.csv` and `words.html` to a new folder, all of them or none.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    var table = CSVWriter(columns: ["word", "instances", "reports", "integrated", "gradient"])
    for word in words {
      table.append([
        word.token, "\(word.instances)", "\(word.reports)", "\(word.integrated)",
        "\(word.gradient)",
      ])
    }
    var deletion = CSVWriter(columns: ["removed"] + curves.map(\.order.rawValue))
    for removed in 0...settings.removals {
      deletion.append(["\(removed)"] + curves.map { "\($0.changes[removed])" })
    }
    try OutputFolder.write(folder) { folder in
      try table.write(to: "\(folder)/words.csv")
      try deletion.write(to: "\(folder)/deletion.csv")
      try AtomicFile.write(html, to: "\(folder)/words.html")
    }
  }

  /// The ten strongest words, and what taking words out does.
  package var lines: [String] {
    let strongest = common.prefix(10).map { String(format: "%@ %+.3f", $0.token, $0.integrated) }
    let areas = curves.compactMap { curve -> String? in
      guard let area = curve.area else { return nil }
      let interval = curve.interval.map {
        String(format: " (95 %% interval %.3f to %.3f)", $0.lower, $0.upper)
      }
      return String(
        format: "%@ taken out: the logit lies %.3f%@ lower than with random words",
        curve.order.title, area, interval ?? "")
    }
    return [
      "\(reports) reports, \(positives) of them \(positive); \(unknown) without a known word",
      "for \(positive): \(strongest.joined(separator: ", "))",
    ] + areas
  }

  private var html: String {
    let chart = LineChart(
      title: "Change of the logit, reports of \(positive)", xTitle: "words taken out",
      range: 0...0,
      curves: curves.map { curve in
        LineChart.Curve(
          label: curve.order.title,
          points: curve.changes.enumerated().map { (Double($0.offset), $0.element) })
      })
    let areas = curves.compactMap { curve -> String? in
      guard let area = curve.area, let interval = curve.interval else { return nil }
      return
        "<li>\(htmlEscaped(curve.order.title)): \(NumberText.metric(area)) logits lower than "
        + "random words in the mean over 1 to \(settings.removals) words (95% interval "
        + "\(NumberText.metric(interval.lower)) to \(NumberText.metric(interval.upper)))</li>\n"
    }
    func table(_ title: String, _ words: [Word]) -> String {
      let rows = words.map {
        "<tr><th scope=\"row\">\(htmlEscaped($0.token))</th>"
          + "<td>\(NumberText.signed($0.integrated))</td>"
          + "<td>\(NumberText.percent($0.gradient, digits: 1))</td>"
          + "<td>\(NumberText.count($0.instances))</td>"
          + "<td>\(NumberText.count($0.reports))</td>"
          + "<td class=\"words example\">\(htmlEscaped($0.example.before))<mark>"
          + "\(htmlEscaped($0.example.word))</mark>\(htmlEscaped($0.example.after))</td></tr>\n"
      }
      return PageParts.box(
        title,
        """
        <table class="strongest">
        <caption><span>\(htmlEscaped(title)), of words with at least \(settings.leastInstances) \
        instances.</span></caption>
        <thead><tr><th scope="col">Word</th><th scope="col">Integrated gradients</th>\
        <th scope="col">Squared gradients</th><th scope="col">Instances</th>\
        <th scope="col">Reports</th>\
        <th scope="col" class="words">Strongest instance</th></tr></thead>
        <tbody>
        \(rows.joined())</tbody></table>

        """)
    }
    let content = """
      <section aria-labelledby="words-head">
      <h2 id="words-head">The strongest words</h2>
      \(table("The ten words that speak most for \(positive)", Array(common.prefix(10))))\
      \(table("The ten words that speak most against it", Array(common.suffix(10).reversed())))\
      <p class="aside">Means over all instances of a word: integrated gradients in logits, squared \
      gradients as shares of the report.</p>
      </section>
      <section aria-labelledby="deletion-head">
      <h2 id="deletion-head">Taking words out</h2>
      <p>If the scores are true to the model, taking out the words that score highest lowers the logit \
      faster than taking out random ones.</p>
      \(chart.legend)<div class="panels">
      \(chart.panel)</div>
      <ul>
      \(areas.joined())</ul>
      \(PageParts.facts([
        PageFact("Model", model), PageFact("Draws of random words", "\(settings.draws)"),
        PageFact("Reports without a known word", "\(unknown)"),
      ]))</section>
      \(ModelFacts(records).section)
      """
    return FiguresPage(
      kind: "words", title: "Which words speak for \(positive)?",
      lede: "\(counted(reports, "report")), \(positives) of them \(positive) · \(description)",
      isSynthetic: isSynthetic, warnings: warnings, notice: CaseExplanation.notice,
      content: content, files: ["words.csv", "deletion.csv"]
    ).html
  }
}
