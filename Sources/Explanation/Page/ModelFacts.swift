import Basics
import Studies

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
      \(records.count == 1 ? ReportTables.facts(ModelFacts.facts(first)) : table)\
      \(faults.joined())</section>

      """
  }

  /// The facts of one model.
  static func facts(_ record: ModelRecord) -> [ReportFact] {
    let split = record.split.map { ", split \($0)" } ?? ""
    let trained = record.cases.first.map { "\(counted($0, "case")) of " } ?? ""
    let made = record.isSynthetic ? " (synthetic)" : ""
    var facts = [
      ReportFact("Model", record.name + split),
      ReportFact(
        "Trained on",
        record.data.map { "\(trained)\($0)\(made)" }
          ?? "not known: nothing beside the model tells"),
      ReportFact("Threshold", threshold(record)),
      ReportFact(
        "How good it is", goodness(record)),
    ]
    if let commoner = record.commoner {
      facts.append(
        ReportFact(
          "Always answering “\(commoner.name)”",
          "accuracy \(ReportNumbers.metric(commoner.value)) on the same cases"))
    }
    return facts
  }

  private static func threshold(_ record: ModelRecord) -> String {
    let positive = record.positive.map { "“\($0)”" } ?? "a finding"
    let rule: String
    switch record.thresholdRule {
    case "youden": rule = ", chosen on validation by sensitivity + specificity"
    case "accuracy": rule = ", chosen on validation by accuracy"
    default: rule = ""
    }
    return "\(positive) from a probability of \(ReportNumbers.short(record.threshold)) on\(rule)"
  }

  private static func goodness(_ record: ModelRecord) -> String {
    guard !record.figures.isEmpty else {
      return record.fault == nil
        ? "not known: neither a bundle's manifest nor a run's test figures are beside the model"
        : "not shown, see below"
    }
    let figures = record.figures.map { figure in
      "\(figure.name)\u{a0}\(ReportNumbers.metric(figure.value))"
        + (figure.interval.map {
          " (\(ReportNumbers.metric($0.lowerBound)) to \(ReportNumbers.metric($0.upperBound)))"
        } ?? "")
    }
    return "on its \(counted(record.testCount, "test case")): \(figures.joined(separator: ", "))"
      + (record.figures.contains { $0.interval != nil } ? "; in brackets 95% intervals" : "")
  }

  /// A row a model.
  private var table: String {
    var names: [String] = []
    for figure in records.flatMap(\.figures) where !names.contains(figure.name) {
      names.append(figure.name)
    }
    let rows = records.map { record in
      let cells = names.map { name in
        "<td>\(ReportNumbers.metric(record.figures.first { $0.name == name }?.value))</td>"
      }
      let split = record.split.map { "<span class=\"sd\">\(htmlEscaped($0))</span>" } ?? ""
      return "<tr><th scope=\"row\">\(breakable(record.name))\(split)</th>"
        + "<td class=\"words\">\(htmlEscaped(record.data ?? "not known"))</td>"
        + "<td>\(record.cases.first.map(ReportNumbers.count) ?? "–")</td>"
        + "<td>\(ReportNumbers.short(record.threshold))</td>"
        + "<td>\(record.testCount == 0 ? "–" : ReportNumbers.count(record.testCount))</td>"
        + cells.joined()
        + "<td>\(ReportNumbers.metric(record.commoner?.value))</td></tr>\n"
    }
    let heads = names.map {
      "<th scope=\"col\">\(htmlEscaped($0.prefix(1).uppercased() + $0.dropFirst()))</th>"
    }
    let body = """
      <table class="models">
      <caption><span>Each model with its data and the figures of its own test part, at its threshold. \
      “Always the commoner” is the accuracy of always answering with the commoner class there.</span>\
      </caption>
      <thead><tr><th scope="col">Model</th><th scope="col" class="words">Data</th>\
      <th scope="col">Trained on</th><th scope="col">Threshold</th><th scope="col">Test cases</th>\
      \(heads.joined())<th scope="col">Always the commoner</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody></table>

      """
    return ReportTables.box("The models", body)
  }

  /// Rules of the table.
  static let style = """
    .models thead th { white-space: normal; min-width: 4.5rem; }
    .models td.words { min-width: 11rem; }

    """
}
