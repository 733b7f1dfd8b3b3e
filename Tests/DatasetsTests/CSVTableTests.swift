import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private func table(_ text: String, _ dialect: CSVTable.Dialect = .init()) throws -> CSVTable {
  try CSVTable(data: Data(text.utf8), path: "t.csv", dialect: dialect)
}

private func rows(_ table: CSVTable) -> [[String]] {
  (0..<table.rowCount).map { row in table.columns.indices.map { table[row, $0] } }
}

struct GoodTable: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let rows: [[String]]
  var lines: [Int]?
  var testDescription: String { name }
}

@Suite("CSV tables")
struct CSVTableTests {
  @Test(
    "Every form RFC 4180 allows is read",
    arguments: [
      GoodTable(name: "plain", text: "a,b\n1,2\n3,4\n", rows: [["1", "2"], ["3", "4"]]),
      GoodTable(name: "no final newline", text: "a,b\n1,2", rows: [["1", "2"]]),
      GoodTable(name: "CRLF", text: "a,b\r\n1,2\r\n", rows: [["1", "2"]]),
      GoodTable(name: "final CR", text: "a,b\n1,2\r", rows: [["1", "2"]]),
      GoodTable(name: "byte-order mark", text: "\u{feff}a,b\n1,2\n", rows: [["1", "2"]]),
      GoodTable(
        name: "quoted header after the mark", text: "\u{feff}\"a\",b\n1,2", rows: [["1", "2"]]),
      GoodTable(
        name: "empty fields", text: "a,b,c\n,,\n1,,", rows: [["", "", ""], ["1", "", ""]]),
      GoodTable(name: "quoted separator", text: "a,b\n\"1,5\",2\n", rows: [["1,5", "2"]]),
      GoodTable(
        name: "doubled quotes", text: "a,b\n\"\"\"x\"\" \",\"\"\n", rows: [["\"x\" ", ""]]),
      GoodTable(
        name: "quoted newlines", text: "a,b\n\"1\n\r\n2\",x\n3,4\n",
        rows: [["1\n\r\n2", "x"], ["3", "4"]],
        lines: [2, 5]),
      GoodTable(
        name: "blank lines", text: "\n\na,b\n\n1,2\n\r\n3,4\n\n", rows: [["1", "2"], ["3", "4"]],
        lines: [5, 7]),
      GoodTable(
        name: "one empty quoted field", text: "a\n\"\"\nx\n", rows: [[""], ["x"]], lines: [2, 3]),
      GoodTable(name: "other scripts", text: "a,b\nЛёгкие,肺\n", rows: [["Лёгкие", "肺"]]),
      GoodTable(name: "spaces around names", text: " a , b\n 1 ,2\n", rows: [[" 1 ", "2"]]),
      GoodTable(name: "header alone", text: "a,b\n", rows: []),
    ])
  func readsGoodTables(_ example: GoodTable) throws {
    let table = try table(example.text)
    #expect(rows(table) == example.rows)
    #expect(table.columns.first == "a")
    if let lines = example.lines {
      #expect((0..<table.rowCount).map { table.line(ofRow: $0) } == lines)
    }
  }

  @Test(
    "Every damage is named with its line",
    arguments: [
      ("", "t.csv:1: the table is empty; expected a header row"),
      ("\n\n", "t.csv:1: the table is empty; expected a header row"),
      ("a,b\n1\n", "t.csv:2: 1 field; expected 2, as in the header"),
      ("a,b\n1,2\n\n1,2,3\n", "t.csv:4: 3 fields; expected 2, as in the header"),
      ("a,b\n\"x\ny\",1\n1\n", "t.csv:4: 1 field; expected 2, as in the header"),
      ("a,b\n1,2,\n", "t.csv:2: 3 fields; expected 2, as in the header"),
      (
        "a,b\n1,x\"y\n",
        "t.csv:2: a quote inside a field that does not begin with one"
      ),
      ("a,b\n1,\"x\"y\n", "t.csv:2: text after the quote that closes a field"),
      ("a,b\n1,2\n3,\"x\n\n\n", "t.csv:3: a quoted field begins here and never ends"),
      ("a,b\n1,2\r3,4\n", "t.csv:2: a carriage return without a line feed"),
      ("a,b\n1,2\nx\0,4\n", "t.csv:3: a NUL byte at offset 9; expected text"),
      ("a,b,a\n1,2,3\n", "t.csv:1: columns 1 and 3 are both named \"a\""),
      ("a,,b\n1,2,3\n", "t.csv:1: column 2 of the header has no name"),
    ])
  func refusesDamage(_ text: String, _ message: String) {
    let found = errorText { _ = try table(text) }
    #expect(found.hasPrefix(message))
  }

  @Test("Bytes that are not UTF-8 are named with value, offset and line")
  func refusesOtherEncodings() {
    let latin = Data("a,b\n1,caf".utf8) + [0xe9] + Data("\n".utf8)
    #expect(
      errorText { _ = try CSVTable(data: latin, path: "t.csv") }
        == "t.csv:2: byte 0xe9 at offset 9 is not UTF-8\n  save the file as UTF-8")
    let wide = Data([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])
    #expect(
      errorText { _ = try CSVTable(data: wide, path: "t.csv") }
        .hasPrefix("t.csv:1: the file is UTF-32; expected UTF-8"))
  }

  @Test("A missing column is named with the nearest there is")
  func suggestsColumns() throws {
    let columns = try table("id,findings,label\n1,x,y\n")
    #expect(try columns.column("findings") == 1)
    #expect(
      errorText { _ = try columns.column("finding") }
        == "t.csv:1: no column \"finding\"; did you mean \"findings\"? valid: id, findings, label")
    var given = CSVTable.Dialect.found
    (given.separator, given.namesKeys) = (UInt8(ascii: ","), true)
    let semicolons = try table("id;label\n1;x\n", given)
    #expect(
      errorText { _ = try semicolons.column("id") }
        .hasSuffix(
          "the header is one column and holds \";\"; leave \"separator\" out of \"data\", or give that"
        ))
  }

  @Test("Another separator is taken when it is given")
  func readsSemicolons() throws {
    let table = try table("a;b\n1,5;\"2;5\"\n", .init(separator: UInt8(ascii: ";")))
    #expect(rows(table) == [["1,5", "2;5"]])
  }

  @Test("Trailing separators are dropped only where they are tolerated, and only when empty")
  func tolerantOfTrailingSeparators() throws {
    let dialect = CSVTable.Dialect(toleratesTrailingSeparators: true)
    let boxes = try table("a,b,,,\n1,2\n3,4,\n5,,,,\n", dialect)
    #expect(boxes.columns == ["a", "b"])
    #expect(rows(boxes) == [["1", "2"], ["3", "4"], ["5", ""]])
    #expect(
      errorText { _ = try table("a,b\n1,2,3\n", dialect) }
        == "t.csv:2: 3 fields; expected 2, as in the header")
    #expect(
      errorText { _ = try table("a,b,\n1,2,\n") }.contains("column 3 of the header has no name"))
  }

  @Test("What the writer writes is read back value for value")
  func writerRoundTrip() throws {
    let pieces = ["", " ", ",", "\"", "\n", "\r\n", "\r", "x", "肺", "\u{feff}", "\t", "a b"]
    var stream = RandomStream(seed: 1)
    for columnCount in 1...3 {
      var writer = CSVWriter(columns: (0..<columnCount).map { "c\($0)" })
      let values = (0..<200).map { _ in
        (0..<columnCount).map { _ in
          (0..<stream.below(4)).map { _ in pieces[stream.below(pieces.count)] }.joined()
        }
      }
      for row in values { writer.append(row) }
      #expect(try rows(table(writer.text)) == values)
    }
  }

  @Test("Plain fields are written without quotes, others with")
  func writerQuotes() {
    var writer = CSVWriter(columns: ["id", "text"])
    writer.append(["1", "a \"b\", c"])
    writer.append(["2", "plain text"])
    #expect(writer.text == "id,text\n1,\"a \"\"b\"\", c\"\n2,plain text\n")
  }

  @Test("The UTF-8 check agrees with the standard library on random bytes")
  func utf8Check() {
    var stream = RandomStream(seed: 2)
    let interesting: [UInt8] = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef,
      0xf0, 0xf1, 0xf4, 0xf5, 0xff,
    ]
    var valid = 0
    for _ in 0..<20_000 {
      let bytes = (0..<stream.below(12)).map { _ in interesting[stream.below(interesting.count)] }
      let expected = String(validating: bytes, as: UTF8.self) != nil
      #expect(bytes.withUnsafeBytes { firstInvalidUTF8($0) == nil } == expected)
      valid += expected ? 1 : 0
    }
    #expect(valid > 1000)
  }
}
