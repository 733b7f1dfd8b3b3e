import Basics
import Evaluation
import Pages

/// What tables are put together of; each is HTML.
extension EvaluationPage {
  /// A number with its interval below; a dash, with the reason below, where there is none.
  func cell(_ value: Determined<Double>, _ interval: Determined<Interval>?) -> String {
    switch value {
    case .undefined(let reason):
      return
        "<span class=\"none\">–</span><span class=\"sd why\">\(htmlEscaped(reason.sentence))</span>"
    case .value(let value):
      guard let interval = interval?.value else { return NumberText.metric(value) }
      return "\(NumberText.metric(value)) <span class=\"sd\">\(range(interval))</span>"
    }
  }

  /// The same in a sentence.
  func inline(_ value: Determined<Double>, _ interval: Determined<Interval>?) -> String {
    switch value {
    case .undefined(let reason): return "undefined, as \(htmlEscaped(reason.sentence))"
    case .value(let value):
      let text = "<span class=\"figure\">\(NumberText.metric(value))</span>"
      return text + (interval?.value.map { " (\(range($0)))" } ?? "")
    }
  }

  /// An interval.
  func range(_ interval: Interval) -> String {
    "\(NumberText.metric(interval.lower)) to \(NumberText.metric(interval.upper))"
  }

  /// A table in a box that scrolls.
  ///
  /// - Parameters:
  ///   - caption: a text.
  ///   - heads: names of columns, texts.
  ///   - rows: the row's name, a text, and its cells, HTML.
  /// - Returns: HTML.
  func table(_ caption: String, _ heads: [String], _ rows: [(name: String, cells: [String])])
    -> String
  {
    let head = heads.map { "<th scope=\"col\">\(htmlEscaped($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr><th scope=\"row\">\(breakable(row.name))</th>"
        + row.cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }
    let table = """
      <table>
      <caption><span>\(htmlEscaped(caption))</span></caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined())</tbody>
      </table>

      """
    return PageParts.box(caption, table, isTall: rows.count > 30)
  }

  /// A folded piece of the page.
  func fold(_ summary: String, _ content: String) -> String {
    "<details class=\"fold\"><summary>\(htmlEscaped(summary))</summary>\n\(content)</details>\n"
  }

  /// A title as the head of a column.
  func head(_ metric: EvaluationMetric) -> String {
    switch metric {
    case .positivePredictiveValue: "PPV"
    case .negativePredictiveValue: "NPV"
    default: metric.title.prefix(1).uppercased() + metric.title.dropFirst()
    }
  }
}
