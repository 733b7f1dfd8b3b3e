import Basics
import Foundation

/// A table of comma-separated values with a header row (RFC 4180,
/// https://www.rfc-editor.org/rfc/rfc4180), read strictly; by `Dialect.found` also as people keep tables,
/// a workbook's sheet among them.
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

  /// The line of the header, counted from 1.
  let headerLine: Int
  /// Whether errors may advise keys of a specification's `data`.
  let namesKeys: Bool
  /// Whether errors may advise options of the command line.
  private(set) var isOnCommandLine = false
  /// What was found out or left out while the table was read, in sentences.
  package let notes: [String]

  /// Reads a file.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or `.badFormat` with the line: an empty file, bytes
  ///   that are not UTF-8, NUL, a quote out of place or never closed, a row of too few or too many
  ///   fields, a header with an empty or repeated name; what `Workbook` refuses.
  package init(path: String, dialect: Dialect = Dialect()) throws {
    try self.init(data: readFile(path), path: path, dialect: dialect)
  }

  /// Reads a table from memory; `path` is how errors name it.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the line, as `init(path:dialect:)`.
  package init(data: Data, path: String, dialect: Dialect = Dialect()) throws {
    if dialect.isLenient, try Workbook.isOne(data, path: path) {
      try self.init(workbook: data, path: path, dialect: dialect)
      isOnCommandLine = dialect.isOnCommandLine
      return
    }
    if dialect.sheet != nil {
      throw ZooError(
        .badValue, "\"sheet\" names a sheet, but the file is no .xlsx workbook",
        at: Place(path: path), advice: "leave \"sheet\" out, or give the workbook's path")
    }
    var parser = CSVParser(path: path, dialect: dialect)
    let text = try TextEncoding.utf8(of: data, given: dialect.encoding, path: path)
    try text.withUnsafeBytes { try parser.parse($0) }
    let fields = text.withUnsafeBytes { bytes in
      CSVTable.notes(
        ofUnnamed: parser.columns, starts: parser.starts, ends: parser.ends, in: bytes)
    }
    self.init(
      path: path, columns: parser.columns, bytes: text, starts: parser.starts, ends: parser.ends,
      lines: parser.lines, headerLine: parser.headerLine, namesKeys: dialect.namesKeys,
      notes: (parser.notes + fields).map { "\(path): \($0)" })
    isOnCommandLine = dialect.isOnCommandLine
  }

  init(
    path: String, columns: [String], bytes: Data, starts: [Int32], ends: [Int32], lines: [Int32],
    headerLine: Int, namesKeys: Bool, notes: [String]
  ) {
    self.path = path
    self.columns = columns
    self.bytes = bytes
    self.starts = starts
    self.ends = ends
    self.lines = lines
    self.headerLine = headerLine
    self.namesKeys = namesKeys
    self.notes = notes
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

  /// The index of a column that must be there, once.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the nearest column and all there are.
  package func column(_ name: String) throws -> Int {
    let place = Place(path: path, line: headerLine)
    if let index = columns.firstIndex(of: name), !name.isEmpty {
      guard let second = columns[(index + 1)...].firstIndex(of: name) else { return index }
      throw ZooError(
        .badValue, "columns \(index + 1) and \(second + 1) are both named \"\(name)\"", at: place,
        advice: "rename the one that is not meant")
    }
    let named = columns.filter { !$0.isEmpty }
    var advice: String?
    if columns.count == 1, namesKeys {
      let found = columns[0].utf8.first { CSVParser.separators.contains($0) }
      advice =
        found.map {
          "the header is one column and holds \(CSVParser.shown($0)); leave \"separator\" out of"
            + " \"data\", or give that"
        } ?? "the header is one column; say in \"data\" by \"separator\" what is between the fields"
    }
    throw ZooError(
      .badValue, "no column \"\(name)\"; " + suggestion(for: name, among: named), at: place,
      advice: advice)
  }

  /// The index of the first of several names for one column.
  ///
  /// - Throws: `ZooError` of code `.badValue` where none of them is there.
  package func column(anyOf names: [String]) throws -> Int {
    for name in names { if let index = columns.firstIndex(of: name) { return index } }
    return try column(names[0])
  }
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
