import Basics

/// Builds a table of names and one number a row, each row for another cell.
struct StrictCSVWriter {
  private(set) var text: String
  private let columns: [String]
  private var previous: [String] = []

  init(columns: [String]) {
    self.columns = columns
    text = columns.joined(separator: ",") + "\n"
  }

  /// Adds a row; rows come sorted, so that two for one cell are neighbours.
  mutating func append(keys: [String], value: Double?) throws {
    if let index = keys.firstIndex(of: "") {
      throw ZooError(
        .badValue, "a result without a name of its \(columns[index]); expected one",
        at: Place(key: keys.filter { !$0.isEmpty }.joined(separator: ", ")))
    }
    let place = Place(key: keys.joined(separator: ", "))
    if keys == previous {
      throw ZooError(.conflict, "two results for one cell; expected one", at: place)
    }
    previous = keys
    if let value, !value.isFinite {
      throw ZooError(.notFinite, "the value is \(value); expected a finite number", at: place)
    }
    text += keys.map(quotedWhereNeeded).joined(separator: ",")
    text += ","
    if let value { text += shortest(value) }
    text += "\n"
  }

  private func quotedWhereNeeded(_ field: String) -> String {
    let needsQuotes = field.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    guard needsQuotes else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

/// The shortest decimal number that reads back to the same value; whole numbers without ".0".
func shortest(_ value: Double) -> String {
  let text = "\(value == 0 ? 0 : value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
