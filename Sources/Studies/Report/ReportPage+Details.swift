import Basics
import Evaluation
import Pages

/// What one needs to judge the study and to make it again.
extension ReportPage {
  /// Parts, data, settings, environment, command and limits.
  var detailSection: String {
    let tables = ReportTables(data: data, scores: scores, selected: headline.selected)
    let settings = fold("Training", PageParts.facts(data.settings))
    let environment = fold("Environment", PageParts.facts(data.environment))
    return """
      <section id="details" aria-labelledby="details-head">
      <h2 id="details-head">Details</h2>
      \(fold("What the combinations are made of", tables.partsTable))<h3>Data</h3>
      <p>\(htmlEscaped(data.dataDescription))</p>
      \(PageParts.facts(data.counts))\(notes)<h3>Splits</h3>
      <p>\(htmlEscaped(data.foldsDescription))</p>
      <h3>Cases left out</h3>
      \(tables.leftOutTable)\(settings)\(environment)<h3>Make it again</h3>
      <pre tabindex="0"><code>\(htmlEscaped(data.command))</code></pre>
      \(fold(
        "How to read the numbers",
        "<ul>\n\(reading.map { "<li>\($0)</li>\n" }.joined())</ul>\n"))\
      <h3>Limits</h3>
      <ul>
      \(limits.map { "<li>\($0)</li>\n" }.joined())</ul>
      </section>

      """
  }

  /// A part of the page that opens when its title is pressed; nothing of nothing.
  func fold(_ title: String, _ content: String) -> String {
    guard !content.isEmpty else { return "" }
    return """
      <details class="fold">
      <summary>\(htmlEscaped(title))</summary>
      \(content)</details>

      """
  }

  private var notes: String {
    guard !data.notes.isEmpty else { return "" }
    return "<h3>What was noticed</h3>\n<ul>\n"
      + data.notes.map { "<li>\(htmlEscaped($0))</li>\n" }.joined() + "</ul>\n"
  }

  private var reading: [String] {
    [
      answers,
      "SD is the standard deviation over splits (n − 1 in the denominator). "
        + "It describes the spread of the splits; it is not an interval.",
      "Corrected resampled t-test: Nadeau &amp; Bengio 2003, with test to training cases as "
        + "\(NumberText.metric(data.comparisons.testToTrainingRatio)) to 1. "
        + "Bayesian correlated t-test: Corani &amp; Benavoli 2015.",
      "“–” stands for what is undefined, such as the AUROC where a class is absent.",
    ]
  }

  /// What the metrics of the task are about.
  private var answers: String {
    switch data.task {
    case .binary:
      let positive = htmlEscaped(data.classNames.positive)
      let negative = htmlEscaped(data.classNames.negative)
      return
        "The positive class is “\(positive)”: sensitivity is the share of “\(positive)” cases called "
        + "so, specificity the share of “\(negative)” cases called so."
    case .multiClass:
      return
        "The answer is the most probable class. Macro means are over the classes, each against the rest, "
        + "as far as they occur. Cohen’s kappa is the agreement beyond chance, −1 to 1."
    case .multiLabel:
      return
        "Every label is a question of its own, called present from a probability of 0.5 on. Macro means are "
        + "over the labels that define the metric; micro means pool all known answers. Exact match is the share of "
        + "cases of which all known answers are right, the Hamming loss the share of wrong answers."
    }
  }

  private var limits: [String] {
    [
      "Ranges over splits are not independent: training subsets overlap, and in repeated splits test "
        + "subsets do too. The tests correct for this approximately.",
      "“No significant difference” does not mean that two combinations are equal; the probability "
        + "of practical equivalence speaks to that.",
      "The combination is chosen on validation subsets alone. "
        + "Whoever chooses from the test columns finds a score that is too good.",
      "The scores hold for cases like these, of the same source. "
        + "Other hospitals, devices and readers were not tested.",
      "This is a comparison of methods; nothing here is fit for use in diagnosis.",
    ] + data.limits.map(htmlEscaped)
  }
}
