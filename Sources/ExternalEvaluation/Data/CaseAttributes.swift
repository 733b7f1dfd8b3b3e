import Basics
import Datasets
import Evaluation

/// What the tables of cases say beside what is learnt: sex, age, view, whatever a column holds.
package struct CaseAttributes {
  /// Columns that are called otherwise in a well-known table.
  private static let aliases = [
    "sex": ["Patient Sex", "Patient Gender", "Sex", "gender"], "view": ["View Position", "View"],
    "age": ["Patient Age", "Age"],
  ]
  static let ageBand = "ageBand"

  private let missing: [String]?
  private let dialect: CSVTable.Dialect
  private var tables: [String: (table: CSVTable, rows: [Int: Int])] = [:]

  /// Attributes of tables that are read so.
  init(_ options: TableOptions) {
    missing = options.missing
    dialect = options.dialect
  }

  /// The group of each case by one attribute; nil where it is not known.
  ///
  /// `ageBand` is made of the column of ages where the table has no such column.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the nearest column.
  package mutating func groups(_ name: String, of cases: [Case]) throws -> [String?] {
    try cases.map { item in
      guard let path = item.source.path, let line = item.source.line else {
        throw ZooError(
          .badValue, "the case \"\(item.id)\" comes from no table; groups are columns of one",
          at: item.source)
      }
      let (table, rows) = try opened(path)
      guard let row = rows[line] else { return nil }
      if name == Self.ageBand, !table.columns.contains(name) {
        let column = try Self.column("age", of: table)
        return value(row, column, of: table).flatMap(AgeBand.name(_:))
      }
      return value(row, try Self.column(name, of: table), of: table)
    }
  }

  private mutating func opened(_ path: String) throws -> (table: CSVTable, rows: [Int: Int]) {
    if let known = tables[path] { return known }
    var dialect = dialect
    dialect.toleratesTrailingSeparators = true
    let table = try CSVTable(path: path, dialect: dialect)
    let rows = Dictionary(
      (0..<table.rowCount).map { (table.line(ofRow: $0), $0) },
      uniquingKeysWith: { first, _ in first })
    tables[path] = (table, rows)
    return (table, rows)
  }

  private static func column(_ name: String, of table: CSVTable) throws -> Int {
    let names = [name] + (aliases[name] ?? []).filter(table.columns.contains)
    return try table.column(anyOf: names)
  }

  private func value(_ row: Int, _ column: Int, of table: CSVTable) -> String? {
    let value = table[row, column].trimmed
    let isMissing =
      value.isEmpty
      || (missing ?? ["nan", "na", "n/a", "unknown", "none"]).contains {
        $0.lowercased() == value.lowercased()
      }
    return isMissing ? nil : value
  }
}

extension String {
  /// Without white space at either end.
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
