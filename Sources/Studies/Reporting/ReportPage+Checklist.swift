import Basics
import Pages

extension ReportPage {
  /// The items of the checklists: what the run knows, then what stands blank; nothing without a checklist.
  var checklistFold: String {
    guard let list = data.checklist else { return "" }
    func row(_ item: ReportingItem, _ answer: String) -> String {
      "<tr><th scope=\"row\">\(htmlEscaped(item.row.title))</th>"
        + "<td class=\"words\">\(item.tripod)</td>"
        + "<td class=\"words\">\(item.claim)</td><td class=\"words\">\(answer)</td></tr>\n"
    }
    let filled = list.filled.map { row($0.item, htmlEscaped($0.answer)) }
    let blanks = list.blanks.map { row($0, "<em>to be told by a person</em>") }
    let table = """
      <table>
      <thead><tr><th scope="col">What a paper must tell</th><th scope="col" class="words">TRIPOD+AI</th>\
      <th scope="col" class="words">CLAIM</th><th scope="col" class="words">What this run knows</th></tr></thead>
      <tbody>
      \(filled.joined())\(blanks.joined())</tbody>
      </table>

      """
    return fold(
      "Reporting: TRIPOD+AI and CLAIM 2024",
      "<p>\(htmlEscaped(ReportingChecklist.sources)) \(htmlEscaped(list.sentence))</p>\n"
        + PageParts.box("Items of reporting", table))
  }
}
