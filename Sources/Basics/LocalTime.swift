import Foundation

/// A moment on this machine's clock, such as `2026-11-29 13:05`.
package enum LocalTime {
  /// The text of seconds since 1970; a list of ten thousand runs asks for as many, so no formatter is made.
  package static func text(_ time: Double, seconds: Bool = false) -> String {
    var (whole, parts) = (time_t(time), tm())
    localtime_r(&whole, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + " \(two(parts.tm_hour)):\(two(parts.tm_min))" + (seconds ? ":\(two(parts.tm_sec))" : "")
  }
}
