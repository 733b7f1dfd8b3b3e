import Basics
import Foundation

/// How a workbook's numbers are shown, as far as it changes what they are: days, and numbers with leading
/// zeros.
final class CellFormats: XMLHandler {
  enum Kind {
    case plain
    case date, time, dateAndTime
    /// As many digits at least.
    case digits(Int)
  }

  private var codes: [Int: String] = [:]
  private var kinds: [Kind] = []
  private var isInCells = false
  private var depthOfCells = 0

  /// ECMA-376 allows 65,490; anything beyond is of no cell.
  private static let maximum = 1 << 17

  /// The kind of a cell's style.
  func kind(ofStyle index: Int) -> Kind {
    kinds.indices.contains(index) ? kinds[index] : .plain
  }

  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError) {
    switch localName(name) {
    case "numFmt":
      if let id = attributes["numFmtId"].flatMap({ Int($0) }), codes.count < CellFormats.maximum {
        codes[id] = attributes["formatCode"]
      }
    case "cellXfs": (isInCells, depthOfCells) = (true, ancestors.count)
    case "xf":
      guard isInCells, kinds.count < CellFormats.maximum else { return }
      kinds.append(kind(ofFormat: attributes["numFmtId"].flatMap { Int($0) } ?? 0))
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

  func end(depth: Int) { if isInCells, depth == depthOfCells { isInCells = false } }

  private func kind(ofFormat id: Int) -> Kind {
    if let code = codes[id] { return CellFormats.kind(ofCode: code) }
    switch id {
    case 14...17, 27...31, 34...36, 50...58: return .date
    case 18...21, 32, 33, 45, 47: return .time
    case 22: return .dateAndTime
    default: return .plain
    }
  }

  /// What a format's code shows: letters of days and hours outside quotes, brackets and escapes.
  static func kind(ofCode code: String) -> Kind {
    let first = code.split(separator: ";", maxSplits: 1).first.map(String.init) ?? ""
    if first.utf8.count > 1, first.utf8.count <= 15, first.utf8.allSatisfy({ $0 == 0x30 }) {
      return .digits(first.utf8.count)
    }
    var (letters, isQuoted, isBracketed, isEscaped) = ("", false, false, false)
    for character in first.lowercased() {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch character {
      case "\\", "_", "*": if !isQuoted { isEscaped = true }
      case "\"": isQuoted.toggle()
      case "[": if !isQuoted { isBracketed = true }
      case "]": isBracketed = false
      default: if !isQuoted, !isBracketed { letters.append(character) }
      }
    }
    if letters.contains("general") { return .plain }
    let hasDay = letters.contains { "dy".contains($0) }
    let hasHour = letters.contains { "hs".contains($0) }
    if hasDay { return hasHour ? .dateAndTime : .date }
    if hasHour { return .time }
    return letters.contains("m") ? .date : .plain
  }

  /// A number as text, and whether it was a day or an hour.
  ///
  /// Days become ISO 8601 (`2024-01-31`, `2024-01-31T08:30:00`), hours `08:30:00`. Numbers beyond the
  /// calendar stay numbers.
  static func text(_ number: Double, _ kind: Kind, countsFrom1904: Bool) -> (
    text: String, isDate: Bool
  ) {
    switch kind {
    case .digits(let count):
      guard let whole = Int(exactly: number), whole >= 0 else { break }
      let digits = String(whole)
      return (String(repeating: "0", count: max(0, count - digits.count)) + digits, false)
    case .plain: break
    case .date, .time, .dateAndTime:
      guard number >= 0, number < 2_958_466 else { break }  // the end of the year 9999
      let seconds = Int((number * 86_400).rounded())
      let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
      let clock = String(format: "%02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60)
      if case .time = kind, days == 0 { return (clock, true) }
      // Excel's 1900 has a 29 February, which was none: before it days count from one later.
      let origin = countsFrom1904 ? -24_107 : days < 60 ? -25_568 : -25_569
      let date = calendarDay(days + origin)
      if rest == 0, case .date = kind { return (date, true) }
      return ("\(date)T\(clock)", true)
    }
    if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return (String(whole), false) }
    return ("\(number)", false)
  }

  /// The day so many days behind 1 January 1970, by Hinnant's "chrono-compatible low-level date
  /// algorithms", https://howardhinnant.github.io/date_algorithms.html.
  private static func calendarDay(_ days: Int) -> String {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let number = month < 10 ? month + 3 : month - 9
    return String(
      format: "%04d-%02d-%02d", yearOfEra + era * 400 + (number <= 2 ? 1 : 0), number, day)
  }
}
