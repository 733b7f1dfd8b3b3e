import Basics
import Evaluation
import Pages

/// What a page says of the models behind it: name, data, threshold, and how good they were.
struct ModelFacts {
  let records: [ModelRecord]

  init(_ records: [ModelRecord]) { self.records = records }

  /// A section of its own; empty where no model is told of.
  var section: String {
    guard let first = records.first else { return "" }
    let faults = records.compactMap(\.fault).map { "<p>\(htmlEscaped($0))</p>\n" }
    return """
      <section aria-labelledby="models-head">
      <h2 id="models-head">\(records.count == 1 ? "The model" : "The models")</h2>
      \(records.count == 1 ? PageParts.facts(ModelFacts.facts(first)) : table)\
      \(faults.joined())</section>

      """
  }

  /// The facts of one model.
  static func facts(_ record: ModelRecord) -> [PageFact] {
    let split = record.split.map { ", split \($0)" } ?? ""
    let count = record.cases.first.map { "; \(counted($0, "case"))" } ?? ""
    let data = record.data.map { "\($0)\(record.isSynthetic ? " (synthetic)" : "")\(count)" }
    var facts = [
      PageFact("Model", record.name + split),
      PageFact("Trained on", data ?? "not known: nothing beside the model tells"),
      PageFact("Threshold", threshold(record)),
    ]
    let tested = counted(record.testCount, "test case")
    facts += record.figures.map { figure in
      let interval = figure.interval.map {
        " (95% interval \(NumberText.metric($0.lowerBound)) to \(NumberText.metric($0.upperBound)))"
      }
      return PageFact(
        "\(capitalized(figure.name)), \(tested)",
        NumberText.metric(figure.value) + (interval ?? ""))
    }
    if record.figures.isEmpty {
      facts.append(PageFact("How good it is", missing(record)))
    }
    if let commoner = record.commoner {
      facts.append(
        PageFact(
          "Accuracy of always answering “\(commoner.name)”", NumberText.metric(commoner.value)))
    }
    return facts
  }

  private static func missing(_ record: ModelRecord) -> String {
    record.fault == nil
      ? "not known: neither a bundle's manifest nor a run's test figures are beside the model"
      : "not shown, see below"
  }

  private static func capitalized(_ name: String) -> String {
    name.prefix(1).uppercased() + name.dropFirst()
  }

  private static func threshold(_ record: ModelRecord) -> String {
    guard record.task != .multiClass else { return "none: the most probable class is said" }
    guard let threshold = record.threshold else { return "each finding has its own" }
    let positive = record.positive.map { "“\($0)”" } ?? "a finding"
    let rule: String
    switch record.thresholdRule {
    case "youden": rule = ", chosen on validation by sensitivity + specificity"
    case "accuracy": rule = ", chosen on validation by accuracy"
    case "f1": rule = ", chosen on validation by F1"
    default: rule = ""
    }
    return "\(positive) from a probability of \(NumberText.short(threshold)) on\(rule)"
  }

  /// A row a model.
  private var table: String {
    var names: [String] = []
    for figure in records.flatMap(\.figures) where !names.contains(figure.name) {
      names.append(figure.name)
    }
    // What is the same for all is said once.
    let data = Set(records.map { $0.data ?? "not known" })
    let isShared = data.count == 1
    let rows = records.map { record in
      let cells = names.map { name in
        "<td>\(NumberText.metric(record.figures.first { $0.name == name }?.value))</td>"
      }
      let split = record.split.map { "<span class=\"sd\">\(htmlEscaped($0))</span>" } ?? ""
      let own = "<td class=\"words\">\(htmlEscaped(record.data ?? "not known"))</td>"
      return "<tr><th scope=\"row\">\(breakable(record.name))\(split)</th>\(isShared ? "" : own)"
        + "<td>\(record.cases.first.map(NumberText.count) ?? "–")</td>"
        + "<td>\(record.threshold.map(NumberText.short) ?? "–")</td>"
        + "<td>\(record.testCount == 0 ? "–" : NumberText.count(record.testCount))</td>"
        + "\(cells.joined())<td>\(NumberText.metric(record.commoner?.value))</td></tr>\n"
    }
    let heads = names.map { "<th scope=\"col\">\(htmlEscaped(ModelFacts.capitalized($0)))</th>" }
    let shared =
      isShared
      ? " Data: \(data.joined())\(records.contains(where: \.isSynthetic) ? " (synthetic)" : "")."
      : ""
    let body = """
      <table class="models">
      <caption><span>Each model with the figures of its own test subset, at its threshold.\
      \(htmlEscaped(shared)) “Always the commoner” is the accuracy of always answering with the commoner \
      class there.</span></caption>
      <thead><tr><th scope="col">Model</th>\
      \(isShared ? "" : "<th scope=\"col\" class=\"words\">Data</th>")\
      <th scope="col">Trained on</th><th scope="col">Threshold</th><th scope="col">Test cases</th>\
      \(heads.joined())<th scope="col">Always the commoner</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>

      """
    return PageParts.box("The models", body)
  }
}
