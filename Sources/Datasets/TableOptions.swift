/// How a table of cases is read, as far as its owner says so.
package struct TableOptions: Sendable, Equatable {
  /// Separator, encoding, sheet.
  package var dialect: CSVTable.Dialect
  /// Words that mean "not there"; nil asks about those that often do.
  package var missing: [String]?

  package init(dialect: CSVTable.Dialect = .found, missing: [String]? = nil) {
    self.dialect = dialect
    self.missing = missing
  }
}
