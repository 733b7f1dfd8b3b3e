import Basics
import Evaluation
import Pages

extension ReportTables {
  /// How often each label or class is there, in all and in each subset; empty where that is not told.
  var countTable: String {
    guard data.labelCounts.all.count == data.labels.count, data.task != .binary else { return "" }
    let isMultiLabel = data.task == .multiLabel
    let subsets: [ResultSubset] = [.training, .validation, .test]
    let rows = data.labels.indices.map { label -> String in
      let all = data.labelCounts.all[label]
      let whole =
        isMultiLabel ? [all.positives, all.negatives, all.unknown] : [all.positives]
      let cells = whole.enumerated().map { index, count in
        "<td\(index + 1 == whole.count ? " class=\"apart\"" : "")>\(NumberText.count(count))</td>"
      }
      let spans = subsets.map { "<td>\(span(data.labelCounts.of(label, $0)))</td>" }
      return "<tr><th scope=\"row\">\(breakable(data.labels[label]))</th>"
        + "\(cells.joined())\(spans.joined())</tr>\n"
    }
    let whole = isMultiLabel ? ["positive", "negative", "unknown"] : ["cases"]
    let wholeHeads = whole.enumerated().map { index, head in
      "<th scope=\"col\"\(index + 1 == whole.count ? " class=\"apart\"" : "")>\(head)</th>"
    }
    let table = """
      <table>
      <caption><span>Cases of each \(data.task.labelWord): all together, then the least and the most \
      in the subsets of the splits\(isMultiLabel
        ? ", positive ones first. An unknown answer counts in no loss and no score" : "").</span></caption>
      <thead><tr><td></td><th scope="colgroup" colspan="\(whole.count)" class="apart">all</th>\
      <th scope="colgroup" colspan="\(subsets.count)">in a split</th></tr>
      <tr><th scope="col">\(data.task.labelWord.capitalizedFirst)</th>\(wholeHeads.joined())\
      \(subsets.map { "<th scope=\"col\">\($0.rawValue)</th>" }.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Cases of each \(data.task.labelWord)", table)
  }

  /// The least and the most of one label in a subset of the splits; of several labels also of the cases
  /// that are negative or unknown.
  private func span(_ counts: [ReportLabelCounts.Count]) -> String {
    guard !counts.isEmpty else { return "–" }
    let positives = spanText(counts.map(\.positives))
    guard data.task == .multiLabel else { return positives }
    let unknown =
      counts.contains { $0.unknown > 0 }
      ? "<br>unknown \(spanText(counts.map(\.unknown)))" : ""
    return
      "\(positives)<span class=\"sd\">negative \(spanText(counts.map(\.negatives)))\(unknown)</span>"
  }
}
