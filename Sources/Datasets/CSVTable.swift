import Basics
import Foundation

/// A table of comma-separated values with a header row (RFC 4180,
/// https://www.rfc-editor.org/rfc/rfc4180), read strictly.
///
/// Fields stay bytes until they are asked for, so that a table of a hundred thousand rows is read
/// in a fraction of a second. Quoted fields may hold separators, doubled quotes and line ends.
/// Lines end in LF or CRLF; blank lines are passed over; a byte-order mark is dropped. Names in the
/// header lose the white space around them; values are kept to the byte.
package struct CSVTable: Sendable {
  /// The file, as errors name it.
  package let path: String
  /// The names of the header row.
  package let columns: [String]
  let bytes: Data
  /// For every field of every row the offset of its first byte, and of the one after its last; the
  /// end is complemented (`~end`) where doubled quotes must be undone.
  let starts: [Int32]
  let ends: [Int32]
  /// The line on which each row begins, counted from 1.
  let lines: [Int32]

  /// How a file departs from the standard.
  package struct Dialect: Sendable, Equatable {
    /// The byte between fields: a comma, or what else the file uses.
    package var separator: UInt8
    /// Drops empty names at the end of the header, and empty fields at the end of a row beyond the
    /// header's: ChestX-ray14's tables end in commas.
    package var toleratesTrailingSeparators: Bool

    package init(
      separator: UInt8 = UInt8(ascii: ","), toleratesTrailingSeparators: Bool = false
    ) {
      self.separator = separator
      self.toleratesTrailingSeparators = toleratesTrailingSeparators
    }
  }

  /// Reads a file.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or `.badFormat` with the line: an empty file, bytes
  ///   that are not UTF-8, NUL, a quote out of place or never closed, a row of too few or too many
  ///   fields, a header with an empty or repeated name.
  package init(path: String, dialect: Dialect = Dialect()) throws {
    try self.init(data: readFile(path), path: path, dialect: dialect)
  }

  /// Reads a table from memory; `path` is how errors name it.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the line, as `init(path:dialect:)`.
  package init(data: Data, path: String, dialect: Dialect = Dialect()) throws {
    var parser = CSVParser(path: path, dialect: dialect)
    try data.withUnsafeBytes { try parser.parse($0) }
    self.path = path
    bytes = data
    columns = parser.columns
    starts = parser.starts
    ends = parser.ends
    lines = parser.lines
  }

  package var rowCount: Int { lines.count }

  /// The line on which a row begins, counted from 1; quoted line ends count.
  package func line(ofRow row: Int) -> Int { Int(lines[row]) }

  /// The place of a row for an error, with the column's name where one is given.
  package func place(ofRow row: Int, column: Int? = nil) -> Place {
    Place(path: path, line: line(ofRow: row), key: column.map { columns[$0] })
  }

  /// One value.
  package subscript(row: Int, column: Int) -> String {
    let index = row * columns.count + column
    let start = Int(starts[index])
    let end = Int(ends[index])
    return bytes.withUnsafeBytes { all in
      decodeField(all, start: start, markedEnd: end)
    }
  }

  /// The index of a column that must be there.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the nearest column and all there are.
  package func column(_ name: String) throws -> Int {
    if let index = columns.firstIndex(of: name) { return index }
    var advice: String?
    if columns.count == 1, let separator = columns[0].first(where: { ";\t|".contains($0) }) {
      let shown = separator == "\t" ? "a tab" : "\"\(separator)\""
      advice = "the header is one column and holds \(shown); give that as the separator"
    }
    throw ZooError(
      .badValue, "no column \"\(name)\"; " + suggestion(for: name, among: columns),
      at: Place(path: path, line: headerLine), advice: advice)
  }

  /// The index of the first of several names for one column.
  ///
  /// - Throws: `ZooError` of code `.badValue` where none of them is there.
  package func column(anyOf names: [String]) throws -> Int {
    for name in names { if let index = columns.firstIndex(of: name) { return index } }
    return try column(names[0])
  }

  private var headerLine: Int { 1 }
}

/// The text of a field in a table's bytes; a complemented end says that doubled quotes are in it.
func decodeField(_ bytes: UnsafeRawBufferPointer, start: Int, markedEnd: Int) -> String {
  if markedEnd >= 0 {
    return String(
      decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<markedEnd]), as: UTF8.self)
  }
  let quote = UInt8(ascii: "\"")
  let end = ~markedEnd
  return String(unsafeUninitializedCapacity: end - start) { target in
    var read = start
    var written = 0
    while read < end {
      target[written] = bytes[read]
      read += bytes[read] == quote ? 2 : 1
      written += 1
    }
    return written
  }
}
