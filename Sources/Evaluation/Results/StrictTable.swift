import Basics
import Foundation

/// The table `results.csv`.
package typealias ResultsFile = StrictTable<ResultRow>
/// The table `epochs.csv`.
package typealias EpochsFile = StrictTable<EpochRow>

/// A table of names and one number a row, each row for another cell.
///
/// Numbers are the shortest that read back to the same value; an undefined one is empty. Equal rows
/// in any order give the same bytes.
package enum StrictTable<Row: MeasuredRow> {
  /// The table of these rows.
  ///
  /// - Throws: `ZooError` for a value that is not finite, an empty name, or two rows for one cell.
  package static func text(_ rows: [Row], order: RowOrder = RowOrder()) throws -> String {
    var writer = CSVWriter(columns: Row.columns)
    // Rows come sorted, so that two for one cell are neighbours.
    var previous: [String] = []
    for row in order.sorted(rows) {
      let keys = row.keys
      let place = Place(key: keys.filter { !$0.isEmpty }.joined(separator: ", "))
      if let index = keys.firstIndex(of: "") {
        throw ZooError(
          .badValue, "a result without a name of its \(Row.columns[index]); expected one", at: place
        )
      }
      guard keys != previous else {
        throw ZooError(.conflict, "two results for one cell; expected one", at: place)
      }
      previous = keys
      if let value = row.value, !value.isFinite {
        throw ZooError(.notFinite, "the value is \(value); expected a finite number", at: place)
      }
      writer.append(keys + [row.value.map(shortest) ?? ""])
    }
    return writer.text
  }

  /// Writes the table, whole or not at all.
  ///
  /// - Throws: as `text`, or `ZooError` of code `.system` that names the path.
  package static func write(_ rows: [Row], order: RowOrder = RowOrder(), to path: String) throws {
    try AtomicFile.write(text(rows, order: order), to: path)
  }

  /// Reads a table in the order of the file.
  ///
  /// - Throws: `ZooError` that names file and line: a header or a count of fields that differs, an
  ///   empty or unknown name, a value that is no finite number, a cell that was there before.
  package static func read(_ path: String) throws -> [Row] {
    var reader = StrictTableReader(path: path, columns: Row.columns)
    var rows: [Row] = []
    try reader.read(readFile(path)) { keys, value, line in
      rows.append(try Row(keys: keys, value: value, at: Place(path: path, line: line)))
    }
    return rows
  }
}

/// The shortest decimal number that reads back to the same value; whole numbers without ".0".
func shortest(_ value: Double) -> String {
  let text = "\(value == 0 ? 0 : value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
