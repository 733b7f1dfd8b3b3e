import Basics
import CArchive
import Foundation
import TestSupport
import Testing

@testable import Datasets

private func read(_ builder: WorkbookBuilder, sheet: String? = nil) throws -> CSVTable {
  var dialect = CSVTable.Dialect.found
  dialect.sheet = sheet
  dialect.namesKeys = true
  return try CSVTable(data: builder.data, path: "t.xlsx", dialect: dialect)
}

private func rows(_ table: CSVTable) -> [[String]] {
  (0..<table.rowCount).map { row in table.columns.indices.map { table[row, $0] } }
}

@Suite("Excel workbooks")
struct WorkbookTests {
  @Test("Texts, numbers, truth, errors, formulas and rich texts are read as they are shown")
  func readsCells() throws {
    var book = WorkbookBuilder(
      sheet: """
        <sheetData>
        <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c></row>
        <row r="3"><c r="A3"><v>12</v></c><c r="B3" t="s"><v>3</v></c><c r="C3" t="b"><v>1</v></c></row>
        <row r="4"><c r="A4"><v>0.10000000000000001</v></c><c r="B4" t="s"><v>4</v></c>
          <c r="C4" t="e"><v>#N/A</v></c></row>
        <row><c><v>1.5E+20</v></c><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>
          <c t="str"><f>A1&amp;B1</f><v>x_x000D_y</v></c></row>
        <row r="7" hidden="1"><c r="B7" t="s"><v>3</v></c></row>
        </sheetData>
        """)
    book.sharedTexts = [
      "<t>id</t>", "<t> text </t>", "<t>label</t>", "<t>肺 &lt;ok&gt;\nline</t>",
      "<r><t>ri</t></r><r><t>ch</t></r><rPh><t>guide</t></rPh>",
    ]
    let table = try read(book)
    #expect(table.columns == ["id", "text", "label"])
    #expect(
      rows(table) == [
        ["12", "肺 <ok>\nline", "TRUE"], ["0.1", "rich", "#N/A"],
        ["1.5e+20", "inline", "x\ry"],
        ["", "肺 <ok>\nline", ""],
      ])
    #expect((0..<4).map { table.line(ofRow: $0) } == [3, 4, 5, 7])
    #expect(
      table.notes == [
        "t.xlsx: 1 row without any value: left out",
        "t.xlsx: 1 of the rows are hidden, and were read like the others",
      ])
  }

  @Test("Days are ISO 8601 by the cell's format, in both calendars, and leading zeros are kept")
  func readsDays() throws {
    func sheet(_ values: [(style: Int, value: String)]) -> String {
      let cells = values.enumerated().map { index, cell in
        "<row r=\"\(index + 2)\"><c r=\"A\(index + 2)\" s=\"\(cell.style)\"><v>\(cell.value)</v></c></row>"
      }
      return
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c></row>"
        + "\(cells.joined())</sheetData>"
    }
    var book = WorkbookBuilder(
      sheet: sheet([
        (1, "45322"), (2, "45322.354166666664"), (3, "0.5"), (4, "7"), (5, "3"), (1, "59"),
        (1, "61"), (6, "12"),
      ]))
    book.styles = """
      <numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="165"
      formatCode="00000"/><numFmt numFmtId="166" formatCode="&quot;day&quot; 0.0"/></numFmts>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/>
      <xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="10"/></cellXfs><cellStyleXfs><xf
      numFmtId="14"/></cellStyleXfs>
      """
    let table = try read(book)
    #expect(
      rows(table).map { $0[0] } == [
        "2024-01-31", "2024-01-31T08:30:00", "12:00:00", "00007", "3", "1900-02-28", "1900-03-01",
        "12",
      ])
    #expect(table.notes.contains { $0.contains("5 cells hold days or hours") })
    book.properties = "date1904=\"1\""
    #expect(try read(book)[0, 0] == "2028-02-01")
  }

  @Test("The first sheet that is shown is read and said, another by its name, a wrong name refused")
  func choosesSheets() throws {
    var book = WorkbookBuilder()
    book.sheets = ["Notes", "Cases", "Old"].map { ($0, WorkbookBuilder.rows([["a"], [$0]])) }
    book.states = ["Notes": "veryHidden"]
    let table = try read(book)
    #expect(table[0, 0] == "Cases")
    #expect(
      table.notes == [
        "t.xlsx: the sheet \"Cases\" was read, not \"Notes\", \"Old\" (\"sheet\" chooses)"
      ])
    #expect(try read(book, sheet: "Old")[0, 0] == "Old")
    #expect(
      errorText { _ = try read(book, sheet: "cases") }
        == "t.xlsx: no sheet \"cases\"; did you mean \"Cases\"? valid: Notes, Cases, Old")
  }

  @Test(
    "Sheets that would be read wrongly, or are made to harm, are refused with their row",
    arguments: [
      (
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row><row r=\"2\"><c r=\"A2\">"
          + "<f>1+1</f></c></row></sheetData>",
        "t.xlsx:2: a formula in the column \"a\" has no stored result"
      ),
      (
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row><row r=\"2\"><c r=\"A2\">"
          + "<v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>",
        "t.xlsx:2: the merged cells A2:A3 hold a value in their first row only"
      ),
      ("<sheetData/>", "t.xlsx:1: the sheet \"Cases\" is empty"),
      ("<sheetData><row r=\"2\"/><row r=\"2\"/></sheetData>", "t.xlsx:2: row 2 after row 2"),
      ("<sheetData><row r=\"1048577\"/></sheetData>", "t.xlsx:1: row 1048577 after row 0"),
      (
        "<sheetData><row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row></sheetData>",
        "t.xlsx:1: a cell \"A1\" out of place"
      ),
      (
        "<sheetData><row r=\"1\"><c r=\"XFE1\"/></row></sheetData>",
        "t.xlsx:1: a cell \"XFE1\" out of place"
      ),
      (
        "<sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c></row></sheetData>",
        "t.xlsx:1: a cell of a shared text that is not there"
      ),
      (
        "<sheetData><row r=\"1\"><c><v>nan</v></c></row></sheetData>",
        "t.xlsx:1: \"nan\" is no number"
      ),
      (
        "<sheetData><row r=\"1\"><c t=\"x\"><v>1</v></c></row></sheetData>",
        "t.xlsx:1: a cell of the unknown type \"x\""
      ),
      ("<sheetData>", "t.xlsx/xl/worksheets/sheet1.xml:1: the XML is not well formed"),
      (
        "<sheetData><row r=\"1\"><c r=\"XFD1\" t=\"str\"><v>a</v></c></row>"
          + (2...200).map { "<row r=\"\($0)\"><c><v>1</v></c></row>" }.joined() + "</sheetData>",
        "t.xlsx:1: 199 rows of 16384 columns, and only 200 cells with a value"
      ),
    ])
  func refuses(_ sheet: String, _ message: String) {
    let text = errorText { _ = try read(WorkbookBuilder(sheet: sheet)) }
    #expect(text.hasPrefix(message), "\(text)")
  }

  @Test("Entities, foreign zips, old formats and damage are refused")
  func refusesFiles() {
    func text(_ data: Data) -> String {
      errorText { _ = try CSVTable(data: data, path: "t.xlsx", dialect: .found) }
    }
    var files = WorkbookBuilder(sheet: WorkbookBuilder.rows([["a"], ["1"]])).files
    files[3].data = Data("<!DOCTYPE x [<!ENTITY e \"eee\">]><sst><si><t>&e;</t></si></sst>".utf8)
    #expect(
      text(ArchiveBuilder.zip(files)).hasPrefix(
        "t.xlsx/xl/sharedStrings.xml:1: a document type declaration; workbooks have none"))
    #expect(
      text(ArchiveBuilder.zip([("content.xml", Data("<a/>".utf8))]))
        .hasPrefix("t.xlsx: a zip, but no Excel workbook"))
    #expect(
      text(ArchiveBuilder.zip([files[0], files[0]])).contains("two files in the workbook"))
    #expect(text(Data([0xd0, 0xcf, 0x11, 0xe0, 1, 2])).hasPrefix("t.xlsx: an old .xls workbook"))
    let whole = ArchiveBuilder.zip(WorkbookBuilder(sheet: "<sheetData/>").files)
    for count in [5, 100, whole.count - 30, whole.count - 1] {
      #expect(!text(whole.prefix(count)).isEmpty)
    }
  }

  @Test("A sheet that unpacks to far more than the file holds is refused")
  func refusesBombs() throws {
    let row = "<row><c t=\"str\"><v>a</v></c></row>"
    let sheet = "<sheetData>" + String(repeating: row, count: 20_000) + "</sheetData>"
    let data = try deflated(WorkbookBuilder(sheet: sheet).files)
    #expect(try CSVTable(data: data, path: "t.xlsx", dialect: .found).rowCount == 19_999)
    func parser() -> SheetParser {
      SheetParser(
        path: "t.xlsx", strings: SharedStrings(), formats: CellFormats(), countsFrom1904: false)
    }
    let name = "xl/worksheets/sheet1.xml"
    let archive = try WorkbookArchive(data, path: "t.xlsx", expansion: (factor: 20, allowance: 0))
    let text = errorText { try archive.read(name, into: parser()) }
    #expect(
      text.hasPrefix("t.xlsx/\(name): unpacks to more than \(20 * data.count) bytes, 20 for each"),
      "\(text)")
  }

  /// A zip of deflated files.
  private func deflated(_ files: [(name: String, data: Data)]) throws -> Data {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { buffer.deallocate() }
    let archive = try #require(archive_write_new())
    archive_write_set_format_zip(archive)
    var used = 0
    #expect(
      archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used) == ARCHIVE_OK)
    for (name, data) in files {
      let entry = archive_entry_new()
      archive_entry_set_pathname(entry, name)
      archive_entry_set_size(entry, Int64(data.count))
      archive_entry_set_filetype(entry, 0o100000)
      archive_entry_set_perm(entry, 0o644)
      #expect(archive_write_header(archive, entry) == ARCHIVE_OK)
      _ = data.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
      archive_entry_free(entry)
    }
    archive_write_close(archive)
    archive_write_free(archive)
    return Data(buffer[..<used])
  }

  @Test("A workbook's cases are those of the same table in CSV")
  func readsCases() throws {
    let table = [
      ["id", "text", "label", "", "patient"], ["1", "clear", "no", "", "p1"],
      ["2", "mass", "yes", "", ""],
    ]
    try withTemporaryFolder { folder in
      let book = WorkbookBuilder(sheet: WorkbookBuilder.rows(table))
      try book.data.write(to: URL(fileURLWithPath: "\(folder)/t.xlsx"))
      let text = table.map { $0.joined(separator: ",") }.joined(separator: "\n")
      try AtomicFile.write(text, to: "\(folder)/t.csv")
      let columns = CSVColumns(id: "id", text: "text", label: "label", patient: "patient")
      let sets = try ["xlsx", "csv"].map {
        try CaseSet.csv(path: "\(folder)/t.\($0)", columns: columns)
      }
      #expect(sets[0].cases.map(\.id) == sets[1].cases.map(\.id))
      #expect(sets[0].cases.map(\.text) == sets[1].cases.map(\.text))
      #expect(sets[0].cases.map(\.group) == ["p1", nil])
      #expect(sets[0].cases.map(\.source.line) == [2, 3])
      #expect(sets[0].notes.contains { $0.hasSuffix("1 empty column without a name: left out") })
    }
  }
}
