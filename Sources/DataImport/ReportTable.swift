import Basics
import Datasets

/// A table of reports, as a hospital's information system exports it.
package struct ReportTable: Sendable {
  /// What a row is matched to the pictures by.
  package enum Key: String, Sendable, CaseIterable {
    case accession
    case study

    /// The element of the pictures' files.
    var element: String { self == .accession ? "accession number" : "study UID" }
  }

  package let key: Key
  /// The columns that are carried over besides the text.
  package let kept: [String]
  /// A report, and what else its row holds.
  struct Row: Sendable {
    var text: String
    var kept: [String]
  }

  /// Rows by accession number or study UID, in their order.
  let rows: [String: [Row]]
  /// Rows without a number, or without a text.
  let passedOver: Int
  package let notes: [String]

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: the file, CSV or a workbook.
  ///   - key: what rows are matched by.
  ///   - keyColumn: the column of that number.
  ///   - textColumn: the column of the reports.
  ///   - kept: columns that are carried over, such as labels.
  ///   - options: how the table is read.
  /// - Throws: `ZooError` with file and line: what `CSVTable` refuses, a missing column.
  package init(
    path: String, key: Key, keyColumn: String, textColumn: String, kept: [String],
    options: TableOptions = TableOptions()
  ) throws {
    let table = try CSVTable(path: path, dialect: options.dialect)
    let number = try table.column(keyColumn)
    let text = try table.column(textColumn)
    let others = try kept.map { try table.column($0) }
    self.key = key
    self.kept = kept
    var rows: [String: [Row]] = [:]
    var passedOver = 0
    for row in 0..<table.rowCount {
      let value = table[row, number].trimmingPrefix(while: \.isWhitespace)
      let name = String(value.reversed().drop(while: \.isWhitespace).reversed())
      guard !name.isEmpty, !table[row, text].allSatisfy(\.isWhitespace) else {
        passedOver += 1
        continue
      }
      rows[name, default: []].append(
        Row(text: table[row, text], kept: others.map { table[row, $0] }))
    }
    self.rows = rows
    self.passedOver = passedOver
    notes = table.notes
  }
}
