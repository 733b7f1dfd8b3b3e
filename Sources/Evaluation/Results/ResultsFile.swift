import Basics
import Foundation

/// The table `results.csv`: `combination,split,part,metric,value`.
///
/// Numbers are the shortest that read back to the same value; an undefined one is empty. Equal rows
/// in any order give the same bytes.
package enum ResultsFile {
  package static let columns = ["combination", "split", "part", "metric", "value"]

  /// The table of these rows.
  ///
  /// - Throws: `ZooError` for a value that is not finite, an empty name, or two rows for one cell.
  package static func text(_ rows: [ResultRow], order: RowOrder = RowOrder()) throws -> String {
    var writer = StrictCSVWriter(columns: columns)
    for row in order.sorted(rows) {
      try writer.append(
        keys: [row.combination, row.split, row.part, row.metric], value: row.value)
    }
    return writer.text
  }

  /// Writes the table, whole or not at all.
  ///
  /// - Throws: as `text`, or `ZooError` of code `.system` that names the path.
  package static func write(
    _ rows: [ResultRow], order: RowOrder = RowOrder(), to path: String
  ) throws {
    try AtomicFile.write(text(rows, order: order), to: path)
  }

  /// Reads a table in the order of the file.
  ///
  /// - Throws: `ZooError` that names file and line: a header or a count of fields that differs, an
  ///   empty name, a value that is no finite number, a cell that was there before.
  package static func read(_ path: String) throws -> [ResultRow] {
    var reader = StrictCSVReader(path: path, columns: columns)
    var rows: [ResultRow] = []
    try reader.read(readFile(path)) { fields, value, _ in
      rows.append(
        ResultRow(
          combination: fields[0], split: fields[1], part: fields[2], metric: fields[3],
          value: value))
    }
    return rows
  }
}
