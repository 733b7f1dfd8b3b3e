import Basics
import Evaluation
import Pages

/// The confusion matrix of a combination, summed over the test subsets of all splits.
package struct ReportConfusion: Sendable, Equatable {
  package let combination: String
  package let labels: [String]
  package let counts: MulticlassCounts

  package init(combination: String, labels: [String], counts: MulticlassCounts) {
    self.combination = combination
    self.labels = labels
    self.counts = counts
  }
}

/// A confusion matrix as a table whose cells are shaded by their share of the true class.
struct ConfusionTable {
  private let confusion: ReportConfusion

  init(_ confusion: ReportConfusion) { self.confusion = confusion }

  var html: String {
    let (labels, counts) = (confusion.labels, confusion.counts)
    let support = counts.support
    let rows = labels.indices.map { label in
      let cells = labels.indices.map { answer in
        let count = counts[label, answer]
        let share = support[label] > 0 ? Double(count) / Double(support[label]) : nil
        let percent = share.map { "\(Int((100 * $0).rounded()))\u{a0}%" } ?? "–"
        let style = share.map { " style=\"--share: \(Int((100 * $0).rounded()))%\"" } ?? ""
        return "<td class=\"share\(label == answer ? " right" : "")\"\(style)>\(count)"
          + "<span class=\"sd\">\(percent)</span></td>"
      }
      return "<tr><th scope=\"row\">\(breakable(labels[label]))</th>\(cells.joined())"
        + "<td>\(support[label])</td></tr>\n"
    }
    let heads = labels.map { "<th scope=\"col\">\(breakable($0))</th>" }
    let table = """
      <table class="confusion">
      <caption><span><b>\(htmlEscaped(confusion.combination))</b>: a row for each true class, a column \
      for each answer; cases of the test subsets of all splits, and their share of the row.</span></caption>
      <thead><tr><td></td><th scope="colgroup" colspan="\(labels.count)">answered</th><td></td></tr>
      <tr><th scope="col">True class</th>\(heads.joined())<th scope="col">Cases</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Confusion matrix of \(confusion.combination)", table)
  }
}
