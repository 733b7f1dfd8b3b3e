import Basics
import Foundation

/// Reads what `StrictTable` writes and refuses everything else, with file and line.
struct StrictTableReader {
  let path: String
  let columns: [String]
  private var line = 1
  private var seen: [[String]: Int] = [:]

  init(path: String, columns: [String]) {
    self.path = path
    self.columns = columns
  }

  /// Hands over the names, the value and the line of every row.
  mutating func read(
    _ data: Data, _ body: (_ keys: [String], _ value: Double?, _ line: Int) throws -> Void
  ) throws {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ZooError(.badFormat, "not UTF-8; expected a table in UTF-8", at: Place(path: path))
    }
    let bytes = Array(text.utf8)
    var i = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let header = try record(bytes, &i)
    // Schema 1 called subsets parts.
    guard header.map({ $0 == "part" ? "subset" : $0 }) == columns else {
      throw ZooError(
        .badFormat,
        "the header is \"\(header.joined(separator: ","))\"; "
          + "expected \"\(columns.joined(separator: ","))\"",
        at: Place(path: path, line: 1))
    }
    while i < bytes.count {
      let start = line
      let fields = try record(bytes, &i)
      let keys = try checkedKeys(fields, line: start)
      try body(keys, try number(fields[keys.count], line: start), start)
    }
  }

  private mutating func checkedKeys(_ fields: [String], line: Int) throws -> [String] {
    guard fields.count == columns.count else {
      throw ZooError(
        .badFormat,
        "\(fields.count) \(fields.count == 1 ? "field" : "fields"); expected \(columns.count): "
          + columns.joined(separator: ","),
        at: Place(path: path, line: line))
    }
    let keys = Array(fields.dropLast())
    if let empty = keys.firstIndex(of: "") {
      throw ZooError(
        .badValue, "is empty; expected a name",
        at: Place(path: path, line: line, key: columns[empty]))
    }
    if let earlier = seen.updateValue(line, forKey: keys) {
      throw ZooError(
        .conflict, "the cell \(keys.joined(separator: ", ")) was on line \(earlier) already",
        at: Place(path: path, line: line))
    }
    return keys
  }

  private func number(_ field: String, line: Int) throws -> Double? {
    if field.isEmpty { return nil }
    let isDecimal = field.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    guard isDecimal, let value = Double(field), value.isFinite else {
      throw ZooError(
        .badValue, "\"\(field)\"; expected a finite number, or nothing where it is undefined",
        at: Place(path: path, line: line, key: "value"))
    }
    return value
  }

  /// The fields of the record at `i`, which moves behind its line end.
  private mutating func record(_ bytes: [UInt8], _ i: inout Int) throws -> [String] {
    let start = line
    var fields: [String] = []
    var field: [UInt8] = []
    while i < bytes.count, bytes[i] != UInt8(ascii: "\n") {
      let byte = bytes[i]
      if byte == UInt8(ascii: "\""), field.isEmpty {
        field = try quoted(bytes, &i, from: start)
        let ends = i == bytes.count || [0x0a, 0x0d, 0x2c].contains(bytes[i])
        guard ends else {
          throw ZooError(
            .badFormat, "text after the quote that closes a field; expected a comma",
            at: Place(path: path, line: line))
        }
      } else if byte == UInt8(ascii: ",") {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        i += 1
      } else {
        let endsLine = i + 1 == bytes.count || bytes[i + 1] == UInt8(ascii: "\n")
        if byte != UInt8(ascii: "\r") || !endsLine { field.append(byte) }
        i += 1
      }
    }
    if i < bytes.count { i += 1 }
    line += 1
    fields.append(String(decoding: field, as: UTF8.self))
    return fields
  }

  private mutating func quoted(
    _ bytes: [UInt8], _ i: inout Int, from start: Int
  ) throws -> [UInt8] {
    var field: [UInt8] = []
    i += 1
    while i < bytes.count {
      if bytes[i] == UInt8(ascii: "\"") {
        i += 1
        guard i < bytes.count, bytes[i] == UInt8(ascii: "\"") else { return field }
      } else if bytes[i] == UInt8(ascii: "\n") {
        line += 1
      }
      field.append(bytes[i])
      i += 1
    }
    throw ZooError(
      .badFormat, "a quoted field begins here and never ends", at: Place(path: path, line: start))
  }
}
