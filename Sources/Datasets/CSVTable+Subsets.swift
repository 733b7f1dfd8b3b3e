import Basics

extension CSVTable {
  /// The column of subsets, which schema 1 called parts.
  ///
  /// - Throws: `ZooError` that names the columns there are.
  package func subsetColumn() throws -> Int { try column(anyOf: ["subset", "part"]) }

  /// The subset that a row names.
  ///
  /// - Throws: `ZooError` of code `.badValue` with file and line.
  package func subset(ofRow row: Int, column: Int) throws -> Split.Subset {
    let name = self[row, column]
    guard let subset = Split.Subset(rawValue: name) else {
      throw ZooError(
        .badValue,
        "unknown subset \"\(name)\"; "
          + suggestion(for: name, among: Split.Subset.allCases.map(\.rawValue)),
        at: place(ofRow: row, column: column))
    }
    return subset
  }
}
