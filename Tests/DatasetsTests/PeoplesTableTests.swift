import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private func table(
  _ text: String, path: String = "t.csv", change: (inout CSVTable.Dialect) -> Void = { _ in }
) throws -> CSVTable {
  var dialect = CSVTable.Dialect.found
  dialect.namesKeys = true
  change(&dialect)
  return try CSVTable(data: Data(text.utf8), path: path, dialect: dialect)
}

private func rows(_ table: CSVTable) -> [[String]] {
  (0..<table.rowCount).map { row in table.columns.indices.map { table[row, $0] } }
}

@Suite("Tables as people have them")
struct PeoplesTableTests {
  @Test(
    "The separator is the one that the header has most of, outside quotes",
    arguments: [
      ("id,a;b,c\n1,2;3,4\n", [["1", "2;3", "4"]], ""),
      ("id;text;label\n1;a, b;x\n", [["1", "a, b", "x"]], "\";\""),
      ("\u{feff}id;\"a,b,c,d\";label\r\n1;2;3\r\n", [["1", "2", "3"]], "\";\""),
      ("id\ttext\n1\ta,b;c\n", [["1", "a,b;c"]], "a tab"),
      ("id|text|x\n1|a,b|\n", [["1", "a,b", ""]], "\"|\""),
      ("a,b;c\n1,2;3\n", [["1", "2;3"]], ""),
      ("id\n1\n", [["1"]], ""),
    ])
  func findsSeparators(_ text: String, _ expected: [[String]], _ shown: String) throws {
    let found = try table(text)
    #expect(rows(found) == expected)
    #expect(
      found.notes
        == (shown.isEmpty
          ? []
          : [
            "t.csv: the fields are separated by \(shown), as the header has most of"
              + " (\"separator\" in \"data\" sets it)"
          ]))
  }

  @Test("A tab needs no word in a .tsv, nor what was given or stands in a first line sep=")
  func knowsSeparators() throws {
    #expect(try table("a\tb\n1\t2\n", path: "t.TSV").notes.isEmpty)
    let given = try table("a;b,c\n1;2,3\n") { $0.separator = UInt8(ascii: ";") }
    #expect(given.columns == ["a", "b,c"])
    #expect(given.notes.isEmpty)
    for first in ["sep=;\r\n", "\"sep=;\"\n", "SEP=;\n"] {
      let told = try table(first + "a;b\n1;2,3\n")
      #expect(rows(told) == [["1", "2,3"]])
      #expect(told.line(ofRow: 0) == 3)
      #expect(told.notes.isEmpty)
    }
    #expect(try table("sep=a\n1\n").columns == ["sep=a"])
  }

  @Test("Columns without a name and empty rows at the end are left out and counted")
  func leavesOut() throws {
    let index = try table(",id,label,,\n0,a,x,,\n1,b,y,,\n,,,,\n,,,,\n")
    #expect(index.rowCount == 2)
    #expect(index[1, try index.column("label")] == "y")
    #expect(
      index.notes == [
        "t.csv: 2 rows at the end without any value: left out",
        "t.csv: column 1 has no name and values in 2 rows (pandas writes its index so): left out",
        "t.csv: 2 empty columns without a name: left out",
      ])
    let long = try table("id,label\n1,x,,\n2,y\n,\n3,z\n")
    #expect(rows(long) == [["1", "x"], ["2", "y"], ["", ""], ["3", "z"]])
    #expect(long.notes.count == 1 && long.notes[0].contains("1 row has separators behind"))
    #expect(errorText { _ = try table("a,b\n1,2,3\n") }.contains("\"separator\" in \"data\""))
  }

  @Test("Two columns may have one name until it is asked for")
  func doubledNames() throws {
    let doubled = try table("id,x,x\n1,2,3\n")
    #expect(try doubled.column("id") == 0)
    #expect(
      errorText { _ = try doubled.column("x") }
        == "t.csv:1: columns 2 and 3 are both named \"x\"\n  rename the one that is not meant")
    #expect(
      errorText { _ = try table("idlabel\n1\n").column("id") }.contains("by \"separator\""))
  }

  @Test(
    "UTF-16 is read by its mark, other encodings when they are given, and else refused with a key")
  func readsEncodings() throws {
    let text = "id;text\r\n1;Größe 肺\r\n"
    for (mark, encoding) in [
      ([0xff, 0xfe] as [UInt8], String.Encoding.utf16LittleEndian),
      ([0xfe, 0xff], .utf16BigEndian),
    ] {
      let data = try Data(mark) + #require(text.data(using: encoding))
      let found = try CSVTable(data: data, path: "t.csv", dialect: .found)
      #expect(rows(found) == [["1", "Größe 肺"]])
    }
    let windows = Data("id;text\n1;Gr".utf8) + [0xf6, 0xdf] + Data("e ".utf8) + [0x80, 0x0a]
    var dialect = CSVTable.Dialect.found
    dialect.namesKeys = true
    let refused = errorText {
      _ = try CSVTable(data: windows, path: "t.csv", dialect: dialect)
    }
    #expect(refused.hasPrefix("t.csv:2: byte 0xf6 at offset 12 is not UTF-8"), "\(refused)")
    #expect(refused.contains("\"encoding\": \"cp1252\""))
    for encoding in [TextEncoding.cp1252, .latin1] {
      dialect.encoding = encoding
      #expect(
        rows(try CSVTable(data: windows, path: "t.csv", dialect: dialect)) == [["1", "Größe €"]])
    }
    dialect.encoding = .cp1252
    let none = Data("id\n1\n".utf8) + [0x81, 0x0a]
    #expect(
      errorText { _ = try CSVTable(data: none, path: "t.csv", dialect: dialect) }
        .hasPrefix("t.csv:3: byte 0x81 at offset 5 is not cp1252"))
    dialect.encoding = .gb18030
    let chinese = Data("id\n".utf8) + [0xb7, 0xce, 0x0a]
    #expect(rows(try CSVTable(data: chinese, path: "t.csv", dialect: dialect)) == [["肺"]])
    dialect.encoding = .utf16
    let bare = try #require("id\n1\n".data(using: .utf16LittleEndian))
    #expect(rows(try CSVTable(data: bare, path: "t.csv", dialect: dialect)) == [["1"]])
  }

  @Test(
    "White space and unseen marks around a value go, what is within stays",
    arguments: [
      ("P1", "P1"), (" P 1\t", "P 1"), ("P1\u{a0}", "P1"), ("\u{feff}P1", "P1"),
      ("P\u{200b}1", "P1"), ("\u{200d}P1\u{3000}", "P1"), ("नि\u{200d}त", "नि\u{200d}त"), (" ", ""),
    ])
  func tidies(_ written: String, _ expected: String) {
    #expect(Array(tidied(written).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test("A decimal comma is read, thousands are told from it")
  func decimalCommas() {
    #expect(DecimalComma.number("225,5")?.value == 225.5)
    #expect(DecimalComma.number("-1,0")?.hasComma == true)
    #expect(DecimalComma.number("2.5")?.hasComma == false)
    for text in ["1,2,3", ",5", "5,", "a,b", "1,-2"] { #expect(DecimalComma.number(text) == nil) }
    #expect(DecimalComma.isAmbiguous("1,024"))
    #expect(!DecimalComma.isAmbiguous("0,024"))
    #expect(!DecimalComma.isAmbiguous("1,02"))
    func boxes(_ row: String) throws -> [LesionBox] {
      try withTemporaryFolder { folder in
        try AtomicFile.write("image;kind;x;y;width;height\n\(row)\n", to: "\(folder)/b.csv")
        return try LesionBox.read(path: "\(folder)/b.csv").boxes
      }
    }
    #expect((try? boxes("a.png;n;1,5;2;3,25;4"))?.first?.width == 3.25)
    #expect(
      errorText { _ = try boxes("a.png;n;1,024;2;3;4") }.contains("may be thousands or a fraction"))
  }
}
