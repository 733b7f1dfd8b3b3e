import Basics
import Evaluation
import Foundation
import Pages

/// What was answered to the cases of each class, as a table whose cells are shaded by their share of the
/// row.
struct ConfusionTable {
  let labels: [String]
  let counts: MulticlassCounts
  let name: String

  /// - Precondition: as many labels as classes.
  var html: String {
    let heads = labels.map {
      "<th scope=\"col\"><span title=\"\(htmlEscaped($0))\">\(breakable(shortened($0, to: 24)))"
        + "</span></th>"
    }
    let table = """
      <table class="confusion">
      <caption><span>\(breakable(name))</span></caption>
      <thead>
      <tr><td></td><th scope="colgroup" colspan="\(labels.count)">answered</th>\
      <td></td></tr>
      <tr><th scope="col">Class</th>\(heads.joined())<th scope="col">Cases</th></tr>
      </thead>
      <tbody>
      \(labels.indices.map(row).joined())</tbody>
      </table>

      """
    return PageParts.box("Confusion matrix of \(name)", table)
  }

  private func row(_ label: Int) -> String {
    let all = counts.support[label]
    let cells = labels.indices.map { answer in
      cell(counts[label, answer], of: all, isRight: label == answer)
    }
    return "<tr><th scope=\"row\">\(breakable(labels[label]))</th>\(cells.joined())"
      + "<td class=\"sum\">\(NumberText.count(all))</td></tr>\n"
  }

  private func cell(_ count: Int, of all: Int, isRight: Bool) -> String {
    let share = all == 0 ? 0 : Double(count) / Double(all)
    let shade = String(format: "%.2f", share)
    return "<td class=\"\(isRight ? "share right" : "share")\" style=\"--share:\(shade)\">"
      + "\(NumberText.count(count))<span class=\"sd\">"
      + "\(all == 0 ? "–" : ConfusionTable.percent(count, of: all))</span></td>"
  }

  /// A share in whole percent; what is neither none nor all is never printed so.
  static func percent(_ count: Int, of all: Int) -> String {
    let share = 100 * Double(count) / Double(all)
    if count > 0, share < 0.5 { return "&lt;\u{202f}1\u{202f}%" }
    if count < all, share > 99.5 { return "&gt;\u{202f}99\u{202f}%" }
    return "\(Int(share.rounded()))\u{202f}%"
  }
}
