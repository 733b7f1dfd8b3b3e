import Basics
import Evaluation
import Pages
import Training

/// The page `evaluation.html`, one file that needs no network and no font.
struct EvaluationPage {
  let results: EvaluationResults

  init(_ results: EvaluationResults) { self.results = results }

  /// The whole page.
  var html: String {
    let sizes = results.data.map {
      "\($0.name): \(NumberText.count($0.cases.count)) cases of \(NumberText.count($0.patientCount)) patients"
    }
    var page = Page(
      eyebrow: "EncoderZoo evaluation", title: title,
      lede: htmlEscaped(
        ([counted(results.models.count, "model"), asked].compactMap(\.self) + sizes).joined(
          separator: " · ")),
      content: answer + metricSection + thresholdSection + dropSection + pairSection
        + calibrationSection + conformalSection + selectiveSection + groupSection + histogramSection
        + detailSection,
      files: results.files)
    page.head = head
    page.style = Self.style
    return page.html
  }

  private var title: String {
    let names = results.data.map(\.name)
    return
      "\(results.models.map(\.name).joined(separator: ", ")) on \(names.joined(separator: ", "))"
  }

  /// What a binary model is asked; nil for other models, whose labels stand in the tables.
  private var asked: String? {
    guard let model = results.models.first?.model, model.task == .binary else { return nil }
    return "\(model.labels[1]), else \(model.labels[0])"
  }

  private static let style = """
    .bar { stroke: var(--surface); stroke-width: .6; }
    .why { white-space: normal; min-width: 8rem; }
    .bar.series-a { fill: var(--a); } .bar.series-b { fill: var(--b); }

    """

  private var head: String {
    let synthetic = results.data.filter(\.isSynthetic).map(\.name)
    let notice =
      synthetic.isEmpty
      ? ""
      : PageParts.notice(
        "The cases of \(synthetic.joined(separator: ", ")) are generated. Figures on them say nothing about"
          + " patients.", strong: "Synthetic data.")
    let links = [
      ("answer", "Answer"), ("metrics", "Figures"), ("threshold", "Decisions"), ("drop", "Drop"),
      results.pairs.isEmpty ? nil : ("pairs", "Models"), ("calibration", "Calibration"),
      ("conformal", "Conformal sets"), ("selective", "Withholding"),
      results.data.allSatisfy(\.groups.isEmpty) ? nil : ("groups", "Subgroups"),
      ("histograms", "Histograms"), ("details", "Details"),
    ].compactMap { $0 }
    let items = links.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" }.joined()
    return notice + PageParts.warnings(results.warnings, strong: "Mind:")
      + "<nav aria-label=\"Sections\"><ul>\(items)</ul></nav>\n"
  }

  /// A section with a heading.
  func section(_ id: String, _ heading: String, _ content: String) -> String {
    """
    <section id="\(id)" aria-labelledby="\(id)-head">
    <h2 id="\(id)-head">\(heading)</h2>
    \(content)</section>

    """
  }

  /// Every model on every data set, question by question, with what a row is called.
  var rows: [(name: String, result: ModelOnData, question: QuestionFigures)] {
    results.results.flatMap { result in
      result.questions.map { question in
        let parts =
          (results.models.count > 1 || results.data.count == 1 ? [result.model] : [])
          + (results.data.count > 1 ? [result.data] : [])
          + (result.questions.count > 1 ? [question.label] : [])
        return (parts.joined(separator: " · "), result, question)
      }
    }
  }

  private var answer: String {
    let lines = results.results.map { result -> String in
      let name = "<b>\(breakable(result.model))</b> on \(htmlEscaped(result.data))"
      if let mean = result.macro?.means.first {
        return "\(name): mean AUROC \(inline(mean.value, mean.interval)) over \(mean.defined) of"
          + " \(result.questions.count) labels"
      }
      guard let question = result.questions.first, let estimate = question.estimates[.auroc] else {
        return name
      }
      var text = "\(name): AUROC \(inline(estimate.value, estimate.interval))"
      if let inside = question.inside.value?.estimates[.auroc]?.value.value {
        text += ", \(NumberText.metric(inside)) on its own test cases"
      }
      if let drop = question.drops[.auroc]?.value {
        text +=
          "; the drop is \(NumberText.signed(drop.estimate)) (\(range(drop.interval)))"
          + (drop.interval.lower > 0
            ? ": worse outside" : drop.interval.upper < 0 ? ": better outside" : "")
      }
      return text
    }
    let rest = lines.dropFirst().map { "<li>\($0).</li>\n" }.joined()
    return """
      <section class="answer" id="answer" aria-labelledby="answer-head">
      <h2 id="answer-head">The answer</h2>
      <p class="main">\(lines.first ?? "").</p>
      \(rest.isEmpty ? "" : "<ul>\n\(rest)</ul>\n")</section>

      """
  }
}

extension EvaluationResults {
  /// The files beside the page that hold its numbers.
  var files: [String] { Self.files.filter { $0 != "evaluation.html" } }
}
