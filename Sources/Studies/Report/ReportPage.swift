import Basics
import Evaluation
import Pages

/// The page `report.html`, one file that needs no network and no font.
///
/// Its script sorts tables; all else is there without it.
package struct ReportPage {
  let data: ReportData
  let scores: ReportScores
  let headline: ReportHeadline

  package init(_ data: ReportData) {
    self.data = data
    scores = ReportScores(data)
    headline = ReportHeadline(data: data, scores: scores)
  }

  /// Writes the page, whole or not at all.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to path: String) throws { try AtomicFile.write(html, to: path) }

  /// The whole page.
  package var html: String {
    let size =
      [
        counted(data.combinations.count, "combination"), counted(data.splits.count, "split"),
      ] + data.counts.prefix(1).map { "\(htmlEscaped($0.value)) \(htmlEscaped($0.label))" }
    var page = Page(
      eyebrow: ["EncoderZoo comparison", data.date].compactMap { $0 }.joined(separator: " · "),
      title: data.title, lede: size.joined(separator: " · "),
      content: answer + scoreSection + labelSection + missingModalitySection + missingViewsSection
        + externalSection
        + pairSection + tuningSection + epochSection
        + detailSection,
      files: ["results.csv", "epochs.csv", "folds.csv"])
    page.head = head
    page.scripts = [SortableTable.script]
    return page.html
  }

  private var head: String {
    let synthetic =
      data.isSynthetic
      ? PageParts.notice(
        "The images and texts of this study are generated. Its scores say nothing about patients.",
        strong: "Synthetic data.") : ""
    let links =
      [("answer", "Answer"), ("scores", "Scores")] + (hasLabels ? [("labels", labelTitle)] : [])
      + (hasMissingModality ? [("one-sided", "One side missing")] : [])
      + (hasMissingViews ? [("one-view", "Views missing")] : [])
      + (data.external.isEmpty ? [] : [("external", "Elsewhere")])
      + [("pairs", "Comparisons")]
      + (data.tuning == nil ? [] : [("tuning", "Tuning")])
      + (hasEpochs ? [("epochs", "Learning curves")] : []) + [("details", "Details")]
    let items = links.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" }.joined()
    return synthetic + PageParts.warnings(data.warnings, strong: "Mind:")
      + "<nav aria-label=\"Sections\"><ul>\(items)</ul></nav>\n"
  }

  private var answer: String {
    let findings = headline.findings
    let list =
      findings.isEmpty
      ? "" : "<ul>\n\(findings.map { "<li>\($0)</li>\n" }.joined())</ul>\n"
    return """
      <section class="answer" id="answer" aria-labelledby="answer-head">
      <h2 id="answer-head">The answer</h2>
      <p class="main">\(headline.answer)</p>
      \(list)</section>

      """
  }

  private var scoreSection: String {
    let tables = ReportTables(data: data, scores: scores, selected: headline.selected)
    let plot = DotPlot(data: data, scores: scores, selected: headline.selected).html
    let figure =
      plot.isEmpty
      ? ""
      : """
      <figure>
      <div class="plot">
      \(plot)</div>
      <figcaption>A dot for each split, the same split at the same height in every row. The upright \
      stroke is the mean, the line its 95% interval, corrected for the overlap of the training \
      subsets.</figcaption>
      </figure>

      """
    let costs = CostPlot(data: data, scores: scores).html
    return """
      <section id="scores" aria-labelledby="scores-head">
      <h2 id="scores-head">Scores</h2>
      <p role="status" aria-live="polite" class="aside">In the order of the study; a heading sorts.</p>
      \(tables.scoreTable)\(figure)\(costs)\(thresholdSection)</section>

      """
  }

  private var pairSection: String {
    let skipped = data.comparisons.skipped.map { pair in
      "<li>\(htmlEscaped(pair.first)) and \(htmlEscaped(pair.second)): not compared, "
        + "\(htmlEscaped(pair.reason)).</li>\n"
    }
    let list = skipped.isEmpty ? "" : "<ul>\n\(skipped.joined())</ul>\n"
    let power = PowerNote(data.comparisons).map {
      "<p>\(htmlEscaped($0.sentence(data.comparisons.metric, splits: data.splits.count)))</p>\n"
    }
    return """
      <section id="pairs" aria-labelledby="pairs-head">
      <h2 id="pairs-head">Comparisons, pair by pair</h2>
      <p>Both of a pair are trained and tested on the same splits, and the differences are taken \
      split by split. A difference is called significant where its p, adjusted after Holm for the \
      number of pairs, is below 0.05.</p>
      \(power ?? "")\(seedTable)\(PairMatrix(data: data, scores: scores).html)\(pairTables)\(list)</section>

      """
  }

  /// Each pair with interval and probabilities: those of the chosen combination, then, folded, all.
  private var pairTables: String {
    let comparisons = data.comparisons
    let note =
      "<p>In the drawing the shaded strip is the region of practical equivalence.</p>\n"
    let baselines = fold(
      "Each combination against each baseline (\(comparisons.againstReferences.count))",
      comparisons.againstReferences.isEmpty
        ? ""
        : note + PairTable(comparisons: comparisons, pairs: comparisons.againstReferences).html)
    let everything = note + PairTable(comparisons: comparisons, pairs: comparisons.pairs).html
    return
      (comparisons.pairs.count <= 3
      ? everything : fold("All \(comparisons.pairs.count) pairs", everything)) + baselines
  }
}
