import Basics
import Foundation

extension CSVTable {
  /// Reads a sheet of a workbook as a table: its first row with a value is the header, numbers of rows are
  /// the lines.
  ///
  /// Numbers are written as short as they can be, days in ISO 8601, truth as TRUE and FALSE, errors as
  /// they are shown. Cells are as the file stores them; no formula is computed.
  ///
  /// - Throws: `ZooError` with the file in the zip, the row, or the sheets there are.
  init(workbook data: Data, path: String, dialect: Dialect) throws {
    if dialect.separator != nil || dialect.encoding != nil {
      throw ZooError(
        .badValue, "a workbook has neither separator nor encoding", at: Place(path: path),
        advice: "leave \"separator\" and \"encoding\" out")
    }
    let workbook = try Workbook(data, path: path)
    let (sheet, choice) = try workbook.sheet(named: dialect.sheet)
    let (strings, formats) = (SharedStrings(), CellFormats())
    if let file = workbook.sharedStrings { try workbook.archive.read(file, into: strings) }
    if let file = workbook.styles { try workbook.archive.read(file, into: formats) }
    let parser = SheetParser(
      path: path, strings: strings, formats: formats, countsFrom1904: workbook.countsFrom1904)
    try workbook.archive.read(sheet.file, into: parser)
    let note = choice.map { $0 + (dialect.namesKeys ? " (\"sheet\" chooses)" : "") }
    try self.init(
      sheet: parser, name: sheet.name, path: path, namesKeys: dialect.namesKeys, note: note)
  }

  /// The table of a sheet that was read.
  ///
  /// - Throws: `ZooError` with the row.
  init(
    sheet: SheetParser, name: String, path: String, namesKeys: Bool, note: String? = nil
  ) throws {
    try sheet.finish()
    let grid = try SheetGrid(sheet, path: path, sheet: name)
    let unnamed = sheet.bytes.withUnsafeBytes { bytes in
      CSVTable.notes(ofUnnamed: grid.columns, starts: grid.starts, ends: grid.ends, in: bytes)
    }
    self.init(
      path: path, columns: grid.columns, bytes: Data(sheet.bytes), starts: grid.starts,
      ends: grid.ends, lines: grid.lines, headerLine: grid.headerLine, namesKeys: namesKeys,
      notes: ([note].compactMap { $0 } + unnamed + grid.notes).map { "\(path): \($0)" })
  }
}

/// A sheet's cells as rows that are all as long as the header.
private struct SheetGrid {
  let columns: [String]
  let headerLine: Int
  var starts: [Int32] = []
  var ends: [Int32] = []
  var lines: [Int32] = []
  var notes: [String] = []

  init(_ sheet: SheetParser, path: String, sheet name: String) throws {
    func fail(_ message: String, _ row: Int, _ advice: String) -> ZooError {
      ZooError(.badFormat, message, at: Place(path: path, line: row), advice: advice)
    }
    let ranges = zip(sheet.rows, sheet.rows.dropFirst().map(\.first) + [sheet.cells.count])
      .map { (number: Int($0.number), cells: $0.first..<$1) }
    guard let header = ranges.first else {
      throw fail("the sheet \"\(name)\" is empty", 1, "expected a header row")
    }
    headerLine = header.number
    var names = [String](
      repeating: "", count: Int(sheet.cells[header.cells.upperBound - 1].column) + 1)
    for cell in sheet.cells[header.cells] {
      names[Int(cell.column)] = tidied(
        String(decoding: sheet.bytes[Int(cell.start)..<Int(cell.end)], as: UTF8.self))
    }
    columns = names
    if let cell = sheet.emptyFormulas.first(where: {
      $0.row > header.number && $0.column < names.count && !names[$0.column].isEmpty
    }) {
      throw fail(
        "a formula in the column \"\(names[cell.column])\" has no stored result", cell.row,
        "open the workbook in a spreadsheet program and save it, or save the sheet as CSV")
    }
    if let merged = sheet.mergedRows.first(where: { $0.rows.upperBound > header.number }) {
      throw fail(
        "the merged cells \(merged.name) hold a value in their first row only",
        merged.rows.lowerBound, "unmerge them and write the value in each row")
    }
    let rows = ranges.dropFirst()
    // Cells that are not there take room, too: a sheet of a few could ask for gigabytes.
    guard rows.count * names.count <= 16 * sheet.cells.count + 1 << 20 else {
      throw fail(
        "\(rows.count) rows of \(names.count) columns, and only \(sheet.cells.count) cells with a value",
        header.number, "save the sheet as CSV")
    }
    let count = rows.count * names.count
    starts = [Int32](repeating: 0, count: count)
    ends = [Int32](repeating: 0, count: count)
    lines.reserveCapacity(rows.count)
    var (beyond, index) = (0, 0)
    for row in rows {
      for cell in sheet.cells[row.cells] {
        guard cell.column < names.count else {
          beyond += 1
          continue
        }
        starts[index * names.count + Int(cell.column)] = cell.start
        ends[index * names.count + Int(cell.column)] = cell.end
      }
      lines.append(Int32(row.number))
      index += 1
    }
    let gaps = (lines.last.map { Int($0) } ?? headerLine) - headerLine - lines.count
    if gaps > 0 {
      notes.append("\(gaps) \(gaps == 1 ? "row" : "rows") without any value: left out")
    }
    if beyond > 0 {
      notes.append("\(beyond) cells right of the header's last column: left out")
    }
    if sheet.hiddenRows > 0 {
      notes.append("\(sheet.hiddenRows) of the rows are hidden, and were read like the others")
    }
    if sheet.dates > 0 {
      notes.append("\(sheet.dates) cells hold days or hours, read in the form 2024-01-31T08:30:00")
    }
  }
}
