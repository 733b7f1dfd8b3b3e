import Basics
import Foundation

/// The rows of a table as cases, made one at a time: what a model is asked about without labels.
///
/// The table's bytes are kept, cases are not. What a person must be asked about the words of the columns
/// is asked before the first case is made.
package struct CaseRows: Sendable {
  private let table: CSVTable
  private let missing: [String]?
  private let root: String
  private let id: Int?
  private let image: Int?
  private let text: Int?
  /// The earlier line of each row whose id stands there already.
  private let repeated: [Int: Int]
  /// What was guessed, dropped or changed in reading, in sentences with counts.
  package let notes: [String]

  /// Opens a table; of `columns` those of ids, images and texts are read.
  ///
  /// Image paths are relative to `imageRoot`, or to the table's folder where none is given.
  ///
  /// - Throws: `ZooError` with file and line: what `CSVTable` refuses, a missing column, words of which
  ///   it is not known whether they are values.
  package init(
    path: String, columns: CSVColumns, imageRoot: String? = nil,
    options: TableOptions = TableOptions()
  ) throws {
    let table = try CSVTable(path: path, dialect: options.dialect)
    self.table = table
    missing = options.missing
    root = imageRoot ?? (path as NSString).deletingLastPathComponent
    id = try columns.id.map { try table.column($0) }
    image = try columns.image.map { try table.column($0) }
    text = try columns.text.map { try table.column($0) }
    var values = TableValues(table, missing: options.missing)
    var images = ImagePaths(root: root)
    var (first, repeated): ([String: Int], [Int: Int]) = ([:], [:])
    for row in 0..<table.rowCount {
      if let name = values.value(row, id), id != nil {
        if let earlier = first[name] {
          repeated[row] = table.line(ofRow: earlier)
        } else {
          first[name] = row
        }
      }
      if let file = values.text(row, image) { _ = images.path(file) }
      _ = values.text(row, text)
    }
    self.repeated = repeated
    notes = try table.notes + values.finish() + images.notes(of: table)
  }

  /// The number of rows.
  package var count: Int { table.rowCount }

  /// Where a row stands.
  package func place(_ row: Int) -> Place { table.place(ofRow: row) }

  /// The id of a row, the number of the row from 1 where no column tells; empty where its field is.
  package func identifier(_ row: Int) -> String {
    guard id != nil else { return String(row + 1) }
    var values = TableValues(table, missing: missing)
    return values.value(row, id) ?? ""
  }

  /// The case of a row.
  ///
  /// - Throws: `ZooError` of code `.badValue` with file and line where the id is empty, or occurred before.
  package func item(_ row: Int) throws -> Case {
    var values = TableValues(table, missing: missing)
    let name = identifier(row)
    guard !name.isEmpty else { throw ZooError(.badValue, "the id is empty", at: place(row)) }
    if let line = repeated[row] {
      throw ZooError(
        .badValue, "the id \"\(name)\" occurs twice, first at line \(line)", at: place(row))
    }
    var images = ImagePaths(root: root)
    return Case(
      id: name, imagePath: values.text(row, image).map { images.path($0) },
      text: values.text(row, text), source: place(row))
  }
}
