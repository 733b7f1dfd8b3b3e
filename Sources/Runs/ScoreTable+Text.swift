import Basics
import Evaluation
import Foundation

extension ScoreTable {
  /// How a table is written.
  package enum Format: String, CaseIterable, Sendable {
    case text
    case csv
    case markdown
    /// With the package booktabs.
    case latex
  }

  /// The table; the mark stands where nothing shows that a combination is worse than the best.
  package func text(_ format: Format) -> String {
    switch format {
    case .text: plain
    case .csv: csv
    case .markdown: markdown
    case .latex: latex
    }
  }

  private static let mark = "="
  private static let sentence =
    "no significant difference from the first (corrected resampled t-test over the splits, Holm-adjusted"
    + " over all pairs, 0.05)"

  private func number(_ value: Double) -> String { NumberText.fixed(value, digits: 3) }

  private func interval(_ row: Row) -> String {
    row.interval.map { "\(number($0.lower))–\(number($0.upper))" } ?? "–"
  }

  private func deviation(_ row: Row) -> String { row.deviation.map(number) ?? "–" }

  private var plain: String {
    let width = max(11, rows.map(\.name.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let lines = rows.map { row in
      let tie = row.tiesWithBest.map { $0 ? Self.mark : " " } ?? "?"
      return "\(tie) \(padded(row.name, width))  \(number(row.mean)) ± \(padded(deviation(row), 5))"
        + "  \(padded(interval(row), 12))  \(row.values.count)"
    }
    return
      ([
        "  \(padded("combination", width))  \(padded("\(metric.title), mean ± SD", 13))  95 % interval  splits"
      ]
      + lines + ["\(Self.mark): \(Self.sentence); ?: not tested"]).joined(separator: "\n") + "\n"
  }

  private var csv: String {
    var writer = CSVWriter(columns: [
      "combination", "metric", "mean", "sd", "lower", "upper", "splits", "ties_with_best",
    ])
    for row in rows {
      writer.append([
        row.name, metric.rawValue, "\(row.mean)", row.deviation.map { "\($0)" } ?? "",
        row.interval.map { "\($0.lower)" } ?? "", row.interval.map { "\($0.upper)" } ?? "",
        "\(row.values.count)", row.tiesWithBest.map { $0 ? "yes" : "no" } ?? "",
      ])
    }
    return writer.text
  }

  private var markdown: String {
    let lines = rows.map { row in
      "| \(row.name.replacing("|", with: "\\|"))\(row.tiesWithBest == true ? " =" : "") | \(number(row.mean)) ±"
        + " \(deviation(row)) | \(interval(row)) | \(row.values.count) |\n"
    }
    return
      "| combination | \(metric.title), mean ± SD | 95 % interval | splits |\n|---|---|---|---|\n"
      + lines.joined() + "\n=: \(Self.sentence).\n"
  }

  private var latex: String {
    let lines = rows.map { row in
      let numbers = "$\(number(row.mean)) \\pm \(row.deviation.map(number) ?? "\\text{--}")$"
      let interval = row.interval.map { "\(number($0.lower))--\(number($0.upper))" } ?? "--"
      let mark = row.tiesWithBest == true ? "$^{=}$" : ""
      return
        "  \(Self.escaped(row.name))\(mark) & \(numbers) & \(interval) & \(row.values.count) \\\\\n"
    }
    return """
      % needs \\usepackage{booktabs}
      \\begin{tabular}{lccc}
        \\toprule
        combination & \(Self.escaped(metric.title)) & 95\\,\\% interval & splits \\\\
        \\midrule
      \(lines.joined())  \\bottomrule
      \\end{tabular}
      % =: \(Self.sentence)

      """
  }

  /// A text in which no character means anything to LaTeX.
  static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
      default: String(character)
      }
    }.joined()
  }
}
