import Foundation

/// Builds a CSV text of one header and rows of as many fields, with LF line ends.
///
/// A field is quoted where it holds the separator, a quote, a line end, begins or ends in white
/// space, or is the only field and empty: readers of tables read back the very same values.
package struct CSVWriter: Sendable {
  private var bytes: [UInt8] = []
  private let columnCount: Int
  /// The bytes of the header.
  private var headerSize = 0

  package init(columns: [String]) {
    columnCount = columns.count
    append(columns)
    headerSize = bytes.count
  }

  /// Adds a row.
  ///
  /// - Precondition: as many fields as there are columns.
  package mutating func append(_ fields: [String]) {
    precondition(
      fields.count == columnCount, "\(fields.count) fields for \(columnCount) columns")
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(field: field)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// All that was added.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// All that was added, without the header.
  package var rows: String { String(decoding: bytes[headerSize...], as: UTF8.self) }

  /// Writes the table, whole or not at all.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to path: String) throws { try AtomicFile.write(Data(bytes), to: path) }

  private mutating func append(field: String) {
    var field = field
    field.withUTF8 { source in
      guard needsQuotes(source) else {
        bytes.append(contentsOf: source)
        return
      }
      let quote = UInt8(ascii: "\"")
      bytes.append(quote)
      for byte in source {
        if byte == quote { bytes.append(quote) }
        bytes.append(byte)
      }
      bytes.append(quote)
    }
  }

  private func needsQuotes(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = field.first, let last = field.last else { return columnCount == 1 }
    if first <= 0x20 || last <= 0x20 { return true }
    if field.starts(with: [0xef, 0xbb, 0xbf]) { return true }
    return field.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
  }
}
