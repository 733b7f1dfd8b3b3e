import Basics
import Foundation

/// The rows of a table as cases, made one at a time: what a model is asked about without labels.
///
/// Where the columns say so, rows that share an id are one case of several pictures.
///
/// The table's bytes are kept, cases are not. What a person must be asked about the words of the columns
/// is asked before the first case is made.
package struct CaseRows: Sendable {
  private let table: CSVTable
  private let missing: [String]?
  private let root: String
  private let id: Int?
  private let pictures: RowPictures
  private let text: Int?
  /// The earlier line of each row whose id stands there already.
  private let repeated: [Int: Int]
  /// The rows of each case; nil where every row is one.
  private let joined: [[Int]]?
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
    pictures = try RowPictures(columns, table)
    text = try columns.text.map { try table.column($0) }
    var values = TableValues(table, missing: options.missing)
    var images = ImagePaths(root: root)
    var (first, repeated): ([String: Int], [Int: Int]) = ([:], [:])
    let joins = JoinedRows.areJoined(columns)
    var (groups, places): ([[Int]], [String: Int]) = ([], [:])
    for row in 0..<table.rowCount {
      let name = values.value(row, id)
      if joins {
        if let place = name.flatMap({ places[$0] }) {
          groups[place].append(row)
        } else {
          if let name { places[name] = groups.count }
          groups.append([row])
        }
      } else if let name, id != nil {
        if let earlier = first[name] {
          repeated[row] = table.line(ofRow: earlier)
        } else {
          first[name] = row
        }
      }
      // A list that can't be read is told with its case.
      for image in (try? pictures.read(row, &values)) ?? [] { _ = images.path(image.path) }
      _ = values.text(row, text)
    }
    self.repeated = repeated
    joined = joins ? groups : nil
    notes = try table.notes + values.finish() + images.notes(of: table)
  }

  /// The number of cases.
  package var count: Int { joined?.count ?? table.rowCount }

  /// The rows of a case, the first one first.
  private func rows(_ index: Int) -> [Int] { joined?[index] ?? [index] }

  /// Where a case's first row stands.
  package func place(_ index: Int) -> Place { table.place(ofRow: rows(index)[0]) }

  /// The id of a case, the number of its row from 1 where no column tells; empty where its field is.
  package func identifier(_ index: Int) -> String {
    let row = rows(index)[0]
    guard id != nil else { return String(row + 1) }
    var values = TableValues(table, missing: missing)
    return values.value(row, id) ?? ""
  }

  /// A case.
  ///
  /// - Throws: `ZooError` of code `.badValue` with file and line where the id is empty or occurred before, a
  ///   list of pictures can't be read, or rows of one case have different texts.
  package func item(_ index: Int) throws -> Case {
    let name = identifier(index)
    guard !name.isEmpty else { throw ZooError(.badValue, "the id is empty", at: place(index)) }
    if let line = repeated[index] {
      throw ZooError(
        .badValue, "the id \"\(name)\" occurs twice, first at line \(line)", at: place(index))
    }
    let parts = try rows(index).map { try part($0, name) }
    var item = parts[0]
    for other in parts.dropFirst() {
      if let what = JoinedRows.difference(item, other) {
        throw ZooError(
          .badValue, "the rows of case \"\(name)\" differ in their \(what)", at: other.source)
      }
      item.images += other.images
    }
    return item
  }

  /// What one row tells of a case.
  private func part(_ row: Int, _ name: String) throws -> Case {
    var values = TableValues(table, missing: missing)
    var images = ImagePaths(root: root)
    let source = table.place(ofRow: row)
    var item = Case(id: name, text: values.text(row, text), source: source)
    do {
      item.images = try pictures.read(row, &values)
    } catch let error as ZooError {
      throw ZooError(error.code, error.message, at: error.place ?? source, advice: error.advice)
    }
    for place in item.images.indices {
      item.images[place].path = images.path(item.images[place].path)
    }
    return item
  }
}
