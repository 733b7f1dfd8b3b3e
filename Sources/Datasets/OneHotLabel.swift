import Basics

/// A class told by a column for each: the one that holds 1.
struct OneHotLabel {
  private let marks: [(label: String, column: Int)]

  /// - Throws: `ZooError` of code `.badValue` for a column that is not there.
  init(_ columns: [CSVColumns.LabelColumn], table: CSVTable) throws {
    marks = try columns.map { ($0.label, try table.column($0.column)) }
  }

  /// The class of a row.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a value that is no answer, or where not exactly one
  ///   column holds 1.
  func label(_ row: Int, _ values: inout TableValues) throws -> String? {
    var found: [(label: String, column: Int)] = []
    for mark in marks where try values.answer(row, mark.column) == .present { found.append(mark) }
    guard found.count == 1 else {
      let names = found.map { "\"\(values.table.columns[$0.column])\"" }
      throw ZooError(
        .badValue,
        found.isEmpty
          ? "none of the label columns holds 1"
          : "\(names.joined(separator: " and ")) hold 1; expected one of the label columns",
        at: values.table.place(ofRow: row))
    }
    return found[0].label
  }
}
