import Foundation

extension Profile {
  /// Rows as a table: seconds, share of all, calls, speed where the operation's work is known.
  ///
  /// What is below a thousandth of the whole is summed up in one line.
  package static func table(_ rows: [Row]) -> String {
    let total = rows.reduce(0) { $0 + $1.seconds }
    let shown = rows.filter { $0.seconds >= total / 1000 }
    var lines = [line("seconds", "share", "calls", "GFLOP/s", "operation")]
    for row in shown {
      let speed = row.operations > 0 ? number(row.operations / row.seconds / 1e9, 0) : ""
      lines.append(
        line(
          number(row.seconds, 3), number(100 * row.seconds / max(total, 1e-9), 1) + " %",
          "\(row.calls)", speed, row.operation))
    }
    let rest = rows.dropFirst(shown.count)
    if !rest.isEmpty {
      let seconds = rest.reduce(0) { $0 + $1.seconds }
      lines.append(
        line(
          number(seconds, 3), number(100 * seconds / max(total, 1e-9), 1) + " %",
          "\(rest.reduce(0) { $0 + $1.calls })", "", "\(rest.count) more, each under 0.1 %"))
    }
    lines.append(line(number(total, 3), "", "", "", "in all"))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func line(
    _ seconds: String, _ share: String, _ calls: String, _ speed: String, _ operation: String
  ) -> String {
    [(seconds, 10), (share, 8), (calls, 9), (speed, 9)]
      .map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined() + "  " + operation
  }
}
