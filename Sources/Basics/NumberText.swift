import Foundation

/// Numbers as people read them: a point, a true minus sign, no more digits than they carry.
package enum NumberText {
  /// A metric with three decimals, "–" where it is undefined.
  package static func metric(_ value: Double?) -> String {
    guard let value else { return "–" }
    return fixed(value, digits: 3)
  }

  /// A number with as many decimals as `digits` says.
  package static func fixed(_ value: Double, digits: Int) -> String {
    minus(String(format: "%.\(digits)f", value))
  }

  /// A share as a percentage, such as "12 %".
  package static func percent(_ share: Double, digits: Int = 0) -> String {
    fixed(100 * share, digits: digits) + " %"
  }

  /// A difference with its sign.
  package static func signed(_ value: Double, digits: Int = 3) -> String {
    let text = String(format: "%+.\(digits)f", value)
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return isZero ? String(text.dropFirst()) : minus(text)
  }

  /// Six digits at most and no zeros behind them: 0.01, 2.5.
  package static func short(_ value: Double) -> String { minus(String(format: "%g", value)) }

  /// A p value or probability with three decimals, "< 0.001" below and "> 0.999" above them.
  package static func probability(_ value: Double?) -> String {
    guard let value else { return "–" }
    if value < 0.001 { return "<\u{a0}0.001" }
    if value > 0.9995, value < 1 { return ">\u{a0}0.999" }
    return String(format: "%.3f", value)
  }

  /// Such as "p = 0.012" or "p < 0.001".
  package static func p(_ value: Double) -> String {
    let text = probability(value)
    return text.hasPrefix("<") ? "p\u{a0}\(text)" : "p\u{a0}=\u{a0}\(text)"
  }

  /// Such as 7,978,856.
  package static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = String(digits.dropLast(3))
    }
    return (value < 0 ? "−" : "") + ([Substring(digits)] + groups).joined(separator: ",")
  }

  /// Such as "2 h 5 min", "3 min 20 s", "4.2 s".
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(min(seconds, 1e12).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// A coordinate in a drawing: two decimals at most, none where none are needed.
  package static func coordinate(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    if rest == 0 { return "\(sign)\(whole)" }
    if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
    return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func minus(_ text: String) -> String {
    let isZero = !text.contains { ("1"..."9").contains($0) }
    if text.hasPrefix("-") { return (isZero ? "" : "−") + text.dropFirst() }
    return text
  }
}

/// Such as "1 split" and "5 splits".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(NumberText.count(count)) \(noun)\(count == 1 ? "" : "s")"
}
