/// What tables that people keep have besides the standard: other separators, Excel's first line, empty
/// rows at the end.
extension CSVParser {
  /// The separators that are looked for, those that are preferred first.
  static let separators = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

  /// A separator as a sentence names it.
  static func shown(_ separator: UInt8) -> String {
    separator == UInt8(ascii: "\t") ? "a tab" : "\"\(Character(Unicode.Scalar(separator)))\""
  }

  /// The separator of a first line `sep=;`, which Excel writes and reads, and where the next begins.
  func separatorLine(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> (
    separator: UInt8, next: Int
  )? {
    var i = start
    let isQuoted = i < bytes.count && bytes[i] == CSVParser.quote
    if isQuoted { i += 1 }
    guard i + 5 <= bytes.count,
      bytes[i..<i + 4].elementsEqual("sep=".utf8, by: { $0 | 0x20 == $1 | 0x20 })
    else { return nil }
    let separator = bytes[i + 4]
    i += 5
    if isQuoted {
      guard i < bytes.count, bytes[i] == CSVParser.quote else { return nil }
      i += 1
    }
    guard i < bytes.count, let next = lineEnd(bytes, i), CSVTable.Dialect.separates(separator)
    else { return nil }
    return (separator, next)
  }

  /// The one of the separators that the header has most of outside quotes; a comma before others.
  func foundSeparator(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt8 {
    var counts = [Int](repeating: 0, count: CSVParser.separators.count)
    var isQuoted = false
    for byte in bytes[start...] {
      if byte == CSVParser.quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == CSVParser.lineFeed || byte == CSVParser.carriageReturn { break }
      if let index = CSVParser.separators.firstIndex(of: byte) { counts[index] += 1 }
    }
    var best = 0
    for index in counts.indices where counts[index] > counts[best] { best = index }
    return CSVParser.separators[best]
  }

  /// Drops rows at the end that have several fields and nothing in them.
  mutating func dropEmptyRows(_ bytes: UnsafeRawBufferPointer) {
    guard columns.count > 1 else { return }
    func isEmpty(_ field: Int) -> Bool {
      let (start, end) = (Int(starts[field]), Int(ends[field]))
      return end >= start && bytes[start..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
    while !lines.isEmpty, (starts.count - columns.count..<starts.count).allSatisfy(isEmpty) {
      starts.removeLast(columns.count)
      ends.removeLast(columns.count)
      lines.removeLast()
      emptyRows += 1
    }
  }
}
