import Basics
import EncoderZoo
import Evaluation
import Foundation
import Pages
import Registry
import Studies
import Training
import WordVectors

/// The document: the paper's tables and figures beside those made here, and whether what the paper says holds.
struct PaperDocument {
  let results: PaperResults
  private let claims: PaperClaims
  private let seen: SeenCase?
  private let likeness: VectorLikeness?

  /// Gathers what the document tells; explains a case where the model is there.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  init(_ results: PaperResults) throws {
    self.results = results
    claims = PaperClaims(results)
    seen = try SeenCase(results)
    likeness = try PaperDocument.likeness(results)
  }

  /// Writes `paper.md` with its figures, and a copy without what shows patients.
  ///
  /// - Parameters:
  ///   - output: the folder of the runs.
  ///   - copy: where the copy is written; its figures go into a folder of its name beside it.
  /// - Throws: `ZooError` that names a path that can't be written.
  /// - Returns: the document's path.
  func write(to output: String, copy: String?) throws -> String {
    let figures = try drawings()
    let path = "\(output)/paper.md"
    try write(figures, to: "\(output)/figures")
    try seen?.write(to: "\(output)/figures")
    try AtomicFile.write(text(figures: "figures", showsCases: true), to: path)
    if let copy {
      let folder = withoutExtension(lastName(of: copy))
      let parent = parentFolder(of: copy)
      let shows = seen?.isSynthetic == true
      try write(figures, to: parent.isEmpty ? folder : "\(parent)/\(folder)")
      if shows { try seen?.write(to: parent.isEmpty ? folder : "\(parent)/\(folder)") }
      try AtomicFile.write(text(figures: folder, showsCases: shows), to: copy)
    }
    return path
  }

  private func write(_ figures: [(name: String, svg: String)], to folder: String) throws {
    try AtomicFile.makeFolder(folder)
    for figure in figures { try AtomicFile.write(figure.svg, to: "\(folder)/\(figure.name).svg") }
  }

  // MARK: Text

  private func text(figures: String, showsCases: Bool) -> String {
    ([top, verdicts]
      + [textTable(.textOpenI), textTable(.textSecond), transferSection(figures)]
      + [multimodalSection(figures), recommended, seenSection(figures, showsCases: showsCases)]
      + [questions, methods]).joined(separator: "\n")
  }

  private var top: String {
    var lines = [
      "# The paper, made again", "",
      "[\(PaperNumbers.title)](\(PaperNumbers.link)) (\(PaperNumbers.authors)) is where EncoderZoo comes from. This page,"
        + " written by `zoo paper`, sets its tables and figures beside what the same studies give here.",
    ]
    if results.isSynthetic {
      lines += [
        "",
        "> **All cases are synthetic**: the phantom sample. Nothing here says anything about patients.",
      ]
    }
    if !results.differences.isEmpty {
      lines += [
        "", "**Not the paper's data.** Stand-ins, since the real ones are not at hand:", "",
      ]
      lines += results.differences.map { "- \($0)" }
    }
    let missing = PaperStudy.allCases.filter { study in
      study.isModel ? seen == nil : results.comparisons[study] == nil
    }
    if !missing.isEmpty {
      lines += [
        "",
        "**Not run yet:** \(missing.map { "`\($0.rawValue)`" }.joined(separator: ", ")). The same command goes on.",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var verdicts: String {
    let rows = claims.all.map { tested -> String in
      let claim = tested.claim
      let interval = claim.test.map {
        "\(NumberText.signed($0.meanDifference)) (\(NumberText.signed($0.interval.lower)) to"
          + " \(NumberText.signed($0.interval.upper)))"
      }
      return row([
        claim.sentence, claim.paper ?? "", interval ?? "–",
        NumberText.probability(tested.adjustedP),
        claim.words(tested.adjustedP),
      ])
    }
    let said = claims.all.filter { $0.claim.paper != nil }
    func count(_ verdict: Claim.Verdict) -> Int {
      said.count { $0.claim.verdict($0.adjustedP) == verdict }
    }
    return """

      ## Does it hold here?

      Of \(counted(said.count, "difference")) that the paper reports: shown here, too, \(count(.holds)); the other way round \(count(.reversed));
      not shown either way \(count(.open)); not tested yet \(count(.unknown)).

      Differences of accuracy, first minus second, with 95 % intervals by the corrected resampled t-test over the splits;
      p is adjusted by Holm over all rows of this table.

      \(table(["claim or question", "paper", "here", "p", "verdict"], rows))
      """
  }

  private func textTable(_ study: PaperStudy) -> String {
    let isFirst = study == .textOpenI
    let title =
      isFirst
      ? "## Table 1: reports of Indiana University" : "## Table 2: reports of a second hospital"
    let paper =
      isFirst
      ? [("custom", PaperNumbers.openICustom), ("GloVe", PaperNumbers.openIGloVe)]
      : [("custom", PaperNumbers.secondCustom), ("GloVe", PaperNumbers.secondGloVe)]
    guard let comparison = results.comparisons[study] else { return absent(title, study) }
    let names = comparison.scores.combinations + comparison.scores.baselines
    let rows = names.map { name -> String in
      let there = paper.first { $0.0 == name }?.1
      let paperText = there.map {
        [$0.training, $0.validation, $0.test].map { NumberText.fixed($0, digits: 2) }
          .joined(separator: " / ")
      }
      return row([
        name, paperText ?? "",
        metric(comparison.accuracies(name, on: .training)),
        metric(comparison.accuracies(name, on: .validation)), score(comparison, name),
      ])
    }
    return """

      \(title)

      Text alone. Accuracy; paper: training / validation / test. Training and validation are those of the last epoch
      (training with dropout on), test with its 95 % interval over \(comparison.scores.folds.count) splits of
      \(size(comparison)).

      \(table(["word vectors", "paper", "training", "validation", "test"], rows))
      \(equals(comparison))
      """
  }

  /// Which pairs of a text study differ.
  private func equals(_ comparison: PaperResults.Comparison) -> String {
    let pairs = comparison.scores.comparisons(by: .accuracy)
    let shown = pairs.filter { $0.better != nil && $0.second != "majority class" }
    let among = pairs.filter { comparison.scores.combinations.contains($0.second) }
    guard !shown.isEmpty else {
      return "None of the \(counted(among.count, "pair")) differs significantly (Holm).\n"
    }
    let texts = shown.map {
      "\($0.better ?? "") above \($0.better == $0.first ? $0.second : $0.first)"
        + " (\(NumberText.signed(abs($0.difference))), \(NumberText.p($0.adjustedP ?? 1)))"
    }
    return "Significant among all pairs and baselines (Holm): \(texts.joined(separator: "; ")).\n"
  }

  private func transferSection(_ figures: String) -> String {
    let title = "## Figure 4: what the encoder starts from"
    guard let comparison = results.comparisons[.transfer] else { return absent(title, .transfer) }
    let rows = comparison.scores.combinations.map { name in
      row([
        name, metric(comparison.accuracies(name, on: .validation, epoch: 1)),
        metric(comparison.accuracies(name, on: .validation)), score(comparison, name),
      ])
    }
    return """

      \(title)

      The image encoder alone, fine-tuned; means over \(comparison.scores.folds.count) splits of \(size(comparison)),
      bands are ± one standard deviation. The paper's DenseNet-121 reaches \(PaperNumbers.transfer.chestXray14) within an
      epoch from ChestX-ray14, and \(PaperNumbers.transfer.imageNet) from ImageNet. Of two classes
      an accuracy below a half, as ImageNet's there, is worse than always naming the commoner one.

      ![Validation accuracy by epoch, a line for each set of weights](\(figures)/figure-4.svg)

      \(table(["weights", "after one epoch", "after the last", "test"], rows))
      """
  }

  private func multimodalSection(_ figures: String) -> String {
    let title = "## Table 3 and Figure 5: image, text, and both"
    let studies: [(PaperStudy, String, PaperNumbers.ModelRow)] = [
      (.multimodalHigh, "10⁻², 10 epochs", PaperNumbers.highRate),
      (.multimodalLow, "10⁻⁵, 50 epochs", PaperNumbers.lowRate),
    ]
    guard studies.contains(where: { results.comparisons[$0.0] != nil }) else {
      return absent(title, .multimodalHigh)
    }
    var rows: [String] = []
    var pictures: [String] = []
    for (study, rate, paper) in studies {
      guard let comparison = results.comparisons[study] else { continue }
      let both = comparison.name(image: "image", text: "text") ?? ""
      for (name, title, value) in [
        (both, "multimodal", paper.multimodal), ("text", "text", paper.text),
        ("image", "image", paper.image),
      ] {
        rows.append(
          row([
            rate, title, NumberText.fixed(value, digits: 2),
            metric(comparison.accuracies(name, on: .validation)), score(comparison, name),
          ]))
      }
      for name in comparison.scores.baselines {
        rows.append(row([rate, name, "", "", score(comparison, name)]))
      }
      pictures.append(
        "![Validation accuracy by epoch at \(rate)](\(figures)/\(PaperDocument.figureName(study)).svg)"
      )
    }
    return """

      \(title)

      Accuracy. The paper states the multimodal model's gains as 4 and 7 points.

      \(table(["learning rate", "model", "paper", "validation, last epoch", "test"], rows))
      \(pictures.joined(separator: "\n\n"))

      """
  }

  private var recommended: String {
    let title = "## Beside them: settings that we recommend"
    guard let comparison = results.comparisons[.recommended] else {
      return absent(title, .recommended)
    }
    let rows = (comparison.scores.combinations + comparison.scores.baselines).map { name in
      row([
        name, score(comparison, name),
        NumberText.metric(comparison.scores.summary(.auroc, of: name)?.mean),
      ])
    }
    return """

      \(title)

      A frozen encoder, sentence ends kept, averaged weights, label smoothing, the best epoch by validation;
      \(comparison.scores.folds.count) splits of \(size(comparison)).

      \(table(["model", "test accuracy", "AUROC"], rows))
      """
  }

  private func seenSection(_ figures: String, showsCases: Bool) -> String {
    let title = "## Figures 2 and 3: what a prediction rests on"
    guard let seen else { return absent(title, .model) }
    let about = seen.sentence
    guard showsCases else {
      return """

        \(title)

        \(about) The pictures are in the folder of the runs alone, since the report's licence does not let them be passed
        on; [explaining](explain.md) shows the same of the phantom.

        """
    }
    let pictures = SeenCase.sights.map {
      "| ![\($0.name) sight sensitivity](\(figures)/figure-2-\($0.name).png) "
    }
    return """

      \(title)

      \(about)

      | \(SeenCase.sights.map { "\($0.name) sight sensitivity (\(NumberText.short($0.value)))" }.joined(separator: " | ")) |
      |---|---|---|
      \(pictures.joined())|
      | \(seen.circleCounts.map { counted($0, "circle") }.joined(separator: " | ")) |

      ![The words of the report, each with its score](\(figures)/figure-3.svg)

      """
  }

  private var questions: String {
    var parts: [String] = []
    if let grouped = results.comparisons[.textOpenI],
      let ungrouped = results.comparisons[.textUngrouped]
    {
      let rows = ungrouped.scores.combinations.map { name -> String in
        let means = [ungrouped, grouped].compactMap { mean($0.values(name)) }
        let more = means.count == 2 ? NumberText.signed(means[0] - means[1]) : "–"
        return row([name, score(grouped, name), score(ungrouped, name), more])
      }
      parts.append(
        """
        **Does it matter that equal reports are kept together?** Test accuracy, of other splits of the same reports. Where
        equal reports stand in training and in test, a model is asked what it has read. The splits differ, so the difference
        is not tested.

        \(table(["word vectors", "kept together", "divided at random", "more"], rows))
        """)
    }
    if let likeness {
      parts.append(
        """
        **What do GloVe and custom vectors share?** Of the \(NumberText.count(likeness.words.first)) words of the custom
        vectors' vocabulary, GloVe has \(NumberText.count(likeness.words.shared)). Over the
        \(NumberText.count(likeness.compared)) most frequent of them, the cosines of all pairs of words correlate by
        \(NumberText.fixed(likeness.correlation, digits: 2)), and of a word's \(VectorLikeness.neighbourCount) nearest words
        \(NumberText.percent(likeness.commonNeighbours)) are the same (by chance
        \(NumberText.percent(likeness.byChance, digits: 1))).

        """)
    } else if results.comparisons[.textOpenI] != nil {
      parts.append("**What do GloVe and custom vectors share?** Not told: no GloVe is at hand.\n")
    }
    return "\n## Questions that the paper leaves open\n\n"
      + (parts.isEmpty
        ? "Not run yet: `text-open-i`, `text-ungrouped`.\n" : parts.joined(separator: "\n"))
  }

  private var methods: String {
    """

    ## What differs in method

    - Vocabulary, word vectors and pixel statistics are fitted on the training subset of each split; the published
      notebooks fit the vocabulary on all data.
    - One logit with a sigmoid; the notebooks put a softmax over one unit, which is always 1. Pixels are divided by 255, not
      225.
    - Equal reports, and pictures and reports of one patient, stay together.
    - An image or text model alone has the same decoder, half as wide.
    - The encoders of a multimodal model have been trained alone on the same split before they are joined. Their decoder
      starts anew, as in the paper, and everything is trained on at the same rate.
    - The paper does not state what the text models of Tables 1 and 2 were trained with; here 10 epochs at 10⁻³.
    - Of each patient the frontal picture alone is read. 140 words, kernels 3, 4 and 5, 300 dimensions, concatenation, a
      dense layer of 512, batch normalisation and dropout as in the paper.

    ## Make it again

    ```sh
    zoo paper Examples/paper --data DATA --output paper
    ```

    `DATA` holds the collections as `zoo data fetch` lays them out; a second hospital's reports are `second/reports.csv`,
    with the columns `text` and `label` (`normal`, `abnormal`). What is missing there is named, and a stand-in taken where
    one is at hand ([stand-ins.json](../Examples/paper/stand-ins.json)). Every study is an ordinary one: its specification
    is in `paper/studies`, its report in its own folder.

    """
  }

  // MARK: Parts

  private static func likeness(_ results: PaperResults) throws -> VectorLikeness? {
    guard let comparison = results.comparisons[.textOpenI], let fold = comparison.scores.folds.first
    else { return nil }
    let custom = try WordVectorTable(
      ofModel: comparison.scores.modelFolder(of: "custom", fold: fold))
    // The model would give words that GloVe lacks vectors at random: the file is asked.
    guard
      let source = comparison.combinations.first(where: { $0.name == "GloVe frozen" })?.text?
        .vectors
    else { return nil }
    let glove = try WordVectors.read(
      path: VectorSource(source, results.zoo.registry.catalogue).path(progress: results.progress),
      keeping: custom.words)
    return VectorLikeness(custom, glove)
  }

  private func drawings() throws -> [(name: String, svg: String)] {
    var figures: [(name: String, svg: String)] = []
    let chart = EpochChart(
      metric: "accuracy", isShare: true, width: 680, height: 320, right: 130)
    func add(_ name: String, _ title: String, _ curves: [EpochCurve]) {
      guard !curves.isEmpty else { return }
      figures.append(
        (name, SVGFile.text(chart.drawing(title, curves, range: chart.range(curves)), width: 680)))
    }
    func curves(_ comparison: PaperResults.Comparison, _ shown: [(name: String, label: String)])
      -> [EpochCurve]
    {
      shown.enumerated().compactMap { index, one in
        EpochCurve.curves(comparison.epochs, combination: one.name, metric: "accuracy")
          .first { $0.label == "validation" }
          .map {
            EpochCurve(label: one.label, style: "weights-\(index + 1)", points: $0.points)
          }
      }
    }
    if let transfer = results.comparisons[.transfer] {
      let names = transfer.scores.combinations
      add(
        "figure-4", "weights",
        curves(
          transfer, names.map { ($0, $0.split(separator: " ").dropFirst().joined(separator: " ")) }
        ))
    }
    for study in [PaperStudy.multimodalHigh, .multimodalLow] {
      guard let comparison = results.comparisons[study] else { continue }
      let both = comparison.name(image: "image", text: "text") ?? ""
      add(
        PaperDocument.figureName(study), "image, text and both",
        curves(comparison, [(both, "multimodal"), ("text", "text"), ("image", "image")]))
    }
    return figures
  }

  private static func figureName(_ study: PaperStudy) -> String {
    study == .multimodalHigh ? "figure-5-high" : "figure-5-low"
  }

  private func absent(_ title: String, _ study: PaperStudy) -> String {
    "\n\(title)\n\nNot run yet: `\(study.rawValue)`.\n"
  }

  private func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

  private func table(_ head: [String], _ rows: [String]) -> String {
    ([row(head), "|" + String(repeating: "---|", count: head.count)] + rows)
      .joined(separator: "\n") + "\n"
  }

  private func metric(_ values: [Double]) -> String { NumberText.metric(mean(values)) }

  /// Test accuracy with its interval.
  private func score(_ comparison: PaperResults.Comparison, _ name: String) -> String {
    guard let summary = comparison.scores.summary(.accuracy, of: name) else { return "–" }
    let interval = summary.interval.map {
      " (\(NumberText.metric($0.lowerBound)) to \(NumberText.metric($0.upperBound)))"
    }
    return NumberText.metric(summary.mean) + (interval ?? "")
  }

  private func size(_ comparison: PaperResults.Comparison) -> String {
    guard let first = comparison.scores.counts.first else { return "no cases" }
    return "\(NumberText.count(first.training + first.validation + first.test)) cases"
  }
}
