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
      \(PageParts.facts(data.counts))\(tables.countTable)\(notes)<h3>Splits</h3>
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
      \(checklistFold)</section>

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
    taskReading + [
      "SD is the standard deviation over splits (n − 1 in the denominator). "
        + "It describes the spread of the splits; it is not an interval.",
      "Corrected resampled t-test: Nadeau &amp; Bengio 2003, with test to training cases as "
        + "\(NumberText.metric(data.comparisons.testToTrainingRatio)) to 1. "
        + "Bayesian correlated t-test: Corani &amp; Benavoli 2015.",
      "“–” stands for what is undefined, such as the AUROC where a class is absent.",
    ]
  }

  /// What the metrics of the task mean.
  private var taskReading: [String] {
    switch data.task {
    case .binary:
      let (negative, positive) = (htmlEscaped(data.labels[0]), htmlEscaped(data.labels[1]))
      return [
        "The positive class is “\(positive)”: sensitivity is the share of “\(positive)” cases called "
          + "so, specificity the share of “\(negative)” cases called so."
      ]
    case .multiClass:
      return [
        "A case is answered with its most probable class. The AUROC of a class is that of the class "
          + "against the rest.",
        "Balanced accuracy (the mean sensitivity), macro F1 and macro AUROC are means over the classes "
          + "that a subset holds, in which each counts alike. Cohen’s kappa is the agreement beyond "
          + "chance: 0 is chance, 1 is perfect.",
      ]
    case .multiLabel:
      return [
        "Macro: the mean over the labels, in which each counts alike; one without both positive and "
          + "negative cases in a subset is left out there. Micro: all answers pooled. mAP: the mean of "
          + "the labels’ average precision.",
        "Exact match: the share of cases of which every known answer is right. Hamming loss: the share "
          + "of wrong ones among all known answers. What is not known counts nowhere.",
        "Sensitivity is the share of a label’s positive cases called so, specificity the share of its "
          + "negative cases called so; by a threshold of 0.5 where none is named.",
      ]
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
        + (data.external.isEmpty
          ? "Other hospitals, devices and readers were not tested."
          : "Of other sources, those under “Elsewhere” alone were tested."),
      "This is a comparison of methods; nothing here is fit for use in diagnosis.",
    ] + data.limits.map(htmlEscaped)
  }
}
