import Basics

/// Splits as a table, `split,subset,id`, so that other programs can use the very same ones.
package enum FoldsFile {
  private static let columns = ["split", "subset", "id"]

  /// The table of splits: split by split, subset by subset, cases in their order.
  package static func table(_ splits: [Split], cases: CaseSet) -> CSVWriter {
    var writer = CSVWriter(columns: columns)
    for split in splits {
      for subset in Split.Subset.allCases {
        for index in split[subset] {
          writer.append([split.name, subset.rawValue, cases.cases[index].id])
        }
      }
    }
    return writer
  }

  /// Writes the table, whole or not at all.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package static func write(_ splits: [Split], cases: CaseSet, to path: String) throws {
    try table(splits, cases: cases).write(to: path)
  }

  /// Reads splits for a set, in the order in which their names first occur.
  ///
  /// Cases that a split does not mention are in none of its subsets. Splits named `r2f1` belong to
  /// repeat 2; others are repeats of their own.
  ///
  /// - Throws: `ZooError` with file and line: an unknown subset or id, an id twice in a split, groups
  ///   in two subsets, a split without training or test cases.
  package static func read(path: String, cases: CaseSet, groups: CaseGroups) throws -> [Split] {
    let table = try CSVTable(path: path)
    let numbers = [try table.column("split"), try table.subsetColumn(), try table.column("id")]
    let index = Dictionary(
      cases.cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var order: [String: Int] = [:]
    var builders: [SplitBuilder] = []
    for row in 0..<table.rowCount {
      let name = table[row, numbers[0]]
      let subset = try table.subset(ofRow: row, column: numbers[1])
      let id = table[row, numbers[2]]
      guard let item = index[id] else {
        throw ZooError(
          .badValue, "no case \"\(id)\" in the set \"\(cases.name)\" of \(cases.cases.count)",
          at: table.place(ofRow: row, column: numbers[2]),
          advice: "the folds belong to other cases, or to other rules for leaving cases out")
      }
      let position = order[name] ?? builders.count
      if position == builders.count {
        order[name] = position
        builders.append(SplitBuilder(name: name, index: position, line: table.line(ofRow: row)))
      }
      try builders[position].add(
        item, subset, group: groups.indices[item], cases: cases, at: table.place(ofRow: row))
    }
    return try builders.map { try $0.finish(path: path) }
  }
}
