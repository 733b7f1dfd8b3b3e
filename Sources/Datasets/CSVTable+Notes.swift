extension CSVParser {
  /// What was found or dropped, in sentences without the file's name.
  var notes: [String] {
    guard dialect.isLenient else { return [] }
    var notes: [String] = []
    let isExpected =
      separator == UInt8(ascii: ",")
      || separator == UInt8(ascii: "\t") && path.lowercased().hasSuffix(".tsv")
    if separatorSource == .header, !isExpected {
      notes.append(
        "the fields are separated by \(CSVParser.shown(separator)), as the header has most of"
          + (dialect.namesKeys ? " (\"separator\" in \"data\" sets it)" : ""))
    }
    if longRows > 0, !dialect.toleratesTrailingSeparators {
      notes.append(
        "\(longRows) \(longRows == 1 ? "row has" : "rows have") separators behind the last column and"
          + " nothing between them: dropped")
    }
    if emptyRows > 0 {
      notes.append(
        "\(emptyRows) \(emptyRows == 1 ? "row" : "rows") at the end without any value: left out")
    }
    return notes
  }
}

extension CSVTable {
  /// A sentence on the columns that have no name, which no one can ask for.
  static func notes(
    ofUnnamed columns: [String], starts: [Int32], ends: [Int32], in bytes: UnsafeRawBufferPointer
  ) -> [String] {
    let unnamed = columns.indices.filter { columns[$0].isEmpty }
    guard !unnamed.isEmpty else { return [] }
    var (empty, notes) = (0, [String]())
    for column in unnamed {
      var filled = 0
      for field in stride(from: column, to: starts.count, by: columns.count) {
        let (start, end) = (Int(starts[field]), Int(ends[field]))
        if end < 0 || !bytes[start..<end].allSatisfy({ $0 == 0x20 }) { filled += 1 }
      }
      guard filled > 0 else {
        empty += 1
        continue
      }
      let origin = column == 0 ? " (pandas writes its index so)" : ""
      notes.append(
        "column \(column + 1) has no name and values in \(filled) rows\(origin): left out")
    }
    if empty > 0 {
      notes.append("\(empty) empty \(empty == 1 ? "column" : "columns") without a name: left out")
    }
    return notes
  }
}
