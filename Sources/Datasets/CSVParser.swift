import Basics
import Foundation

/// The one pass over a table's bytes that finds its fields.
struct CSVParser {
  let path: String
  let dialect: CSVTable.Dialect
  var columns: [String] = []
  var starts: [Int32] = []
  var ends: [Int32] = []
  var lines: [Int32] = []
  /// The byte between fields, given or found.
  var separator = UInt8(ascii: ",")
  /// Where the separator comes from.
  var separatorSource = SeparatorSource.given
  var headerLine = 1
  /// Rows that went on behind the header's last column, with nothing but separators.
  var longRows = 0
  /// Rows at the end without any value.
  var emptyRows = 0

  enum SeparatorSource { case given, firstLine, header }

  private var line = 1
  private var headerIsRead = false

  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  init(path: String, dialect: CSVTable.Dialect) {
    self.path = path
    self.dialect = dialect
  }

  mutating func parse(_ bytes: UnsafeRawBufferPointer) throws {
    try checkBytes(bytes)
    var i = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    if let given = dialect.separator { separator = given }
    if dialect.isLenient, let first = separatorLine(bytes, i) {
      if dialect.separator == nil { (separator, separatorSource) = (first.separator, .firstLine) }
      i = first.next
      line += 1
    }
    while i < bytes.count {
      if let next = lineEnd(bytes, i) {  // a blank line
        i = next
        line += 1
        continue
      }
      if !headerIsRead, dialect.separator == nil, separatorSource == .given {
        (separator, separatorSource) = (foundSeparator(bytes, i), .header)
      }
      try parseRecord(bytes, &i)
    }
    guard headerIsRead else {
      throw ZooError(
        .badFormat, "the table is empty; expected a header row", at: Place(path: path, line: 1))
    }
    if dialect.isLenient { dropEmptyRows(bytes) }
  }

  /// Checks that need no structure, each at the speed of memory.
  private func checkBytes(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count < Int(Int32.max) else {
      throw ZooError(
        .unsupported, "\(bytes.count) bytes; a table may have at most \(Int32.max)",
        at: Place(path: path))
    }
    if let wide = wideEncoding(bytes) {
      throw ZooError(
        .badFormat, "the file is \(wide); expected UTF-8", at: Place(path: path, line: 1),
        advice: "save it as CSV in UTF-8")
    }
    if let offset = firstInvalidUTF8(bytes) {
      let byte = String(bytes[offset], radix: 16)
      throw ZooError(
        .badFormat, "byte 0x\(byte) at offset \(offset) is not UTF-8",
        at: Place(path: path, line: lineOf(offset, bytes)),
        advice: dialect.namesKeys
          ? "say what it is, such as \"encoding\": \"cp1252\" in \"data\" (western Windows, as Excel"
            + " saves there), or save the file as UTF-8"
          : "save the file as UTF-8")
    }
    if let base = bytes.baseAddress, let found = memchr(base, 0, bytes.count) {
      let offset = UnsafeRawPointer(found) - base
      throw ZooError(
        .badFormat, "a NUL byte at offset \(offset); expected text",
        at: Place(path: path, line: lineOf(offset, bytes)),
        advice: dialect.namesKeys
          ? "UTF-16 without a byte-order mark? Set \"encoding\": \"utf-16le\" in \"data\"" : nil)
    }
  }

  private func lineOf(_ offset: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
    1 + bytes[..<offset].count { $0 == Self.lineFeed }
  }

  /// The offset after the line end that begins at `i`; nil where none does.
  func lineEnd(_ bytes: UnsafeRawBufferPointer, _ i: Int) -> Int? {
    if bytes[i] == Self.lineFeed { return i + 1 }
    guard bytes[i] == Self.carriageReturn else { return nil }
    if i + 1 == bytes.count { return i + 1 }
    return bytes[i + 1] == Self.lineFeed ? i + 2 : nil
  }

  private mutating func parseRecord(_ bytes: UnsafeRawBufferPointer, _ i: inout Int) throws {
    let recordLine = line
    let firstField = starts.count
    while true {
      if i < bytes.count, bytes[i] == Self.quote {
        try parseQuoted(bytes, &i)
      } else {
        try parsePlain(bytes, &i)
      }
      guard i < bytes.count else { break }
      if bytes[i] == separator {
        i += 1
        continue
      }
      if let next = lineEnd(bytes, i) {
        i = next
        line += 1
        break
      }
      throw outOfPlace(bytes[i])
    }
    try finishRecord(bytes, line: recordLine, firstField: firstField)
  }

  private mutating func parsePlain(_ bytes: UnsafeRawBufferPointer, _ i: inout Int) throws {
    let start = i
    let separator = separator
    while i < bytes.count {
      let byte = bytes[i]
      if byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn { break }
      if byte == Self.quote {
        throw ZooError(
          .badFormat, "a quote inside a field that does not begin with one",
          at: Place(path: path, line: line),
          advice: "quote the whole field and double the quotes in it")
      }
      i += 1
    }
    append(start, i, doubled: false)
  }

  private mutating func parseQuoted(_ bytes: UnsafeRawBufferPointer, _ i: inout Int) throws {
    let openingLine = line
    let start = i + 1
    var doubled = false
    i = start
    while i < bytes.count {
      let byte = bytes[i]
      if byte == Self.quote {
        guard i + 1 < bytes.count, bytes[i + 1] == Self.quote else {
          append(start, i, doubled: doubled)
          i += 1
          return
        }
        doubled = true
        i += 1
      } else if byte == Self.lineFeed {
        line += 1
      }
      i += 1
    }
    throw ZooError(
      .badFormat, "a quoted field begins here and never ends",
      at: Place(path: path, line: openingLine))
  }

  private mutating func append(_ start: Int, _ end: Int, doubled: Bool) {
    starts.append(Int32(truncatingIfNeeded: start))
    ends.append(Int32(truncatingIfNeeded: doubled ? ~end : end))
  }

  private func outOfPlace(_ byte: UInt8) -> ZooError {
    if byte == Self.carriageReturn {
      return ZooError(
        .badFormat, "a carriage return without a line feed; expected LF or CRLF line ends",
        at: Place(path: path, line: line))
    }
    return ZooError(
      .badFormat, "text after the quote that closes a field; expected a separator",
      at: Place(path: path, line: line), advice: "double the quotes inside a quoted field")
  }

  private mutating func finishRecord(
    _ bytes: UnsafeRawBufferPointer, line: Int, firstField: Int
  ) throws {
    guard headerIsRead else {
      headerIsRead = true
      try readHeader(bytes, line: line)
      return
    }
    if dialect.toleratesTrailingSeparators || dialect.isLenient {
      let isLong = starts.count - firstField > columns.count
      while starts.count - firstField > columns.count, starts.last == ends.last {
        starts.removeLast()
        ends.removeLast()
      }
      if isLong { longRows += 1 }
    }
    let count = starts.count - firstField
    guard count == columns.count else {
      throw ZooError(
        .badFormat,
        "\(count) \(count == 1 ? "field" : "fields"); expected \(columns.count), as in the header",
        at: Place(path: path, line: line),
        advice: dialect.namesKeys && separatorSource == .header
          ? "fields were taken to be separated by \(CSVParser.shown(separator)), which the header has"
            + " most of; set \"separator\" in \"data\" if that is wrong" : nil)
    }
    lines.append(Int32(truncatingIfNeeded: line))
  }

  private mutating func readHeader(_ bytes: UnsafeRawBufferPointer, line: Int) throws {
    var names = zip(starts, ends).map { start, end in
      tidied(decodeField(bytes, start: Int(start), markedEnd: Int(end)))
    }
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    headerLine = line
    if dialect.toleratesTrailingSeparators {
      while names.count > 1, names.last == "" { names.removeLast() }
    }
    if !dialect.isLenient { try checkNames(names) }
    columns = names
    let guess = bytes.count / 16  // a field of a report or a path is longer; growth does the rest
    starts.reserveCapacity(guess)
    ends.reserveCapacity(guess)
  }

  private func checkNames(_ names: [String]) throws {
    var seen: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if name.isEmpty {
        throw ZooError(
          .badFormat, "column \(index + 1) of the header has no name",
          at: Place(path: path, line: headerLine))
      }
      if let first = seen.updateValue(index, forKey: name) {
        throw ZooError(
          .badFormat, "columns \(first + 1) and \(index + 1) are both named \"\(name)\"",
          at: Place(path: path, line: headerLine))
      }
    }
  }
}
