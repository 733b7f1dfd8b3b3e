import Basics
import Foundation

/// The table `epochs.csv`: `combination,split,epoch,part,metric,value`.
///
/// Numbers are the shortest that read back to the same value; an undefined one is empty. Equal rows
/// in any order give the same bytes.
package enum EpochsFile {
  package static let columns = ["combination", "split", "epoch", "part", "metric", "value"]

  /// The table of these rows.
  ///
  /// - Throws: `ZooError` for a value that is not finite, an empty name, or two rows for one cell.
  package static func text(_ rows: [EpochRow], order: RowOrder = RowOrder()) throws -> String {
    var writer = StrictCSVWriter(columns: columns)
    for row in order.sorted(rows) {
      try writer.append(
        keys: [row.combination, row.split, String(row.epoch), row.part, row.metric],
        value: row.value)
    }
    return writer.text
  }

  /// Writes the table, whole or not at all.
  ///
  /// - Throws: as `text`, or `ZooError` of code `.system` that names the path.
  package static func write(
    _ rows: [EpochRow], order: RowOrder = RowOrder(), to path: String
  ) throws {
    try AtomicFile.write(text(rows, order: order), to: path)
  }

  /// Reads a table in the order of the file.
  ///
  /// - Throws: `ZooError` that names file and line: a header or a count of fields that differs, an
  ///   empty name, an epoch that is no whole number from 0, a value that is no finite number, a
  ///   cell that was there before.
  package static func read(_ path: String) throws -> [EpochRow] {
    var reader = StrictCSVReader(path: path, columns: columns)
    var rows: [EpochRow] = []
    try reader.read(readFile(path)) { fields, value, line in
      let digits = fields[2]
      guard let epoch = Int(digits), epoch >= 0, String(epoch) == digits else {
        throw ZooError(
          .badValue, "epoch \"\(digits)\"; expected a whole number from 0",
          at: Place(path: path, line: line, key: "epoch"))
      }
      rows.append(
        EpochRow(
          combination: fields[0], split: fields[1], epoch: epoch, part: fields[3],
          metric: fields[4], value: value))
    }
    return rows
  }
}
