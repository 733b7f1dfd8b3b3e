import Basics
import Foundation

/// A moment in UTC to the second, written as `2026-11-25T03:00:00Z`.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970.
  package let seconds: Int

  /// A moment by its seconds since 1970.
  package init(seconds: Int) { self.seconds = seconds }

  /// This moment.
  package static var now: Timestamp { Timestamp(seconds: Int(time(nil))) }

  /// Reads `YYYY-MM-DDTHH:MM:SSZ`, or a day alone, which is its first second.
  ///
  /// - Throws: `ZooError` of code `.badValue` for anything else, or a day that no calendar has.
  package init(_ text: String, at place: Place? = nil) throws {
    let whole = text.utf8.count == 10 ? "\(text)T00:00:00Z" : text
    let digits = whole.utf8.map { (0x30...0x39).contains($0) ? Int($0) - 0x30 : -1 }
    func number(_ start: Int, _ count: Int) -> Int {
      digits[start..<start + count].reduce(0) { $0 * 10 + $1 }
    }
    var parts = tm()
    if whole.utf8.count == 20 {
      (parts.tm_year, parts.tm_mon) = (Int32(number(0, 4) - 1900), Int32(number(5, 2) - 1))
      (parts.tm_mday, parts.tm_hour) = (Int32(number(8, 2)), Int32(number(11, 2)))
      (parts.tm_min, parts.tm_sec) = (Int32(number(14, 2)), Int32(number(17, 2)))
    }
    seconds = timegm(&parts)
    // What is written back otherwise was no date, or not in this form.
    guard whole.utf8.count == 20, description == whole else {
      throw ZooError(
        .badValue, "the time is \"\(text)\"; expected the form 2026-01-31T12:00:00Z", at: place)
    }
  }

  package var description: String {
    var parts = tm()
    var time = time_t(seconds)
    gmtime_r(&time, &parts)
    return String(
      format: "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
      parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec)
  }

  /// The moment a number of days later.
  package func adding(days: Int) -> Timestamp { Timestamp(seconds: seconds + days * 86_400) }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.seconds < b.seconds }
}
