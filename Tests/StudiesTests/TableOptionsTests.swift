import Basics
import Datasets
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("The keys of data that tell how a table is written")
struct TableOptionsTests {
  private func read(_ keys: String, columns: String = "\"label\": \"y\"") throws
    -> DataSpecification
  {
    let text = "{\"format\": \"csv\", \"path\": \"t.csv\", \"columns\": {\(columns)}\(keys)}"
    return try withTemporaryFolder { folder in
      try AtomicFile.write(text, to: "\(folder)/data.json")
      return try DataSpecification(
        try JSONValue.parse(contentsOf: "\(folder)/data.json"), folder: folder)
    }
  }

  @Test("Separator, encoding, sheet and missing words are read")
  func reads() throws {
    #expect(try read("").table.dialect.separator == nil)
    for (written, byte) in [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("|", "|")] {
      let found = try read(", \"separator\": \"\(written)\"").table.dialect.separator
      #expect(found == byte.utf8.first)
    }
    let data = try read(
      ", \"encoding\": \"cp1252\", \"sheet\": \"Fälle\", \"missing\": [\"nan\"]")
    #expect(data.table.dialect.encoding == .cp1252)
    #expect(data.table.dialect.sheet == "Fälle")
    #expect(data.table.missing == ["nan"])
  }

  @Test(
    "What is none of them is refused with its line and what there is",
    arguments: [
      (", \"separator\": \"ab\"", "\"ab\" separates no fields"),
      (", \"separator\": \"1\"", "\"1\" separates no fields"),
      (", \"encoding\": \"ascii\"", "unknown encoding \"ascii\""),
      (", \"seperator\": \",\"", "unknown key \"seperator\"; did you mean \"separator\"?"),
    ])
  func refuses(_ keys: String, _ message: String) {
    #expect(errorText { _ = try read(keys) }.contains(message))
  }

  @Test("Columns of classes take the place of a label, the negative class first")
  func labelColumns() throws {
    let data = try read("", columns: "\"labels\": {\"normal\": \"a\", \"abnormal\": \"b\"}")
    #expect(data.labels.names == ["normal", "abnormal"])
    #expect(data.columns?.labelColumns.map(\.column) == ["a", "b"])
    #expect(
      errorText {
        _ = try read("", columns: "\"labels\": {\"x\": \"a\", \"y\": \"b\", \"z\": \"c\"}")
      }.contains("name two in \"labels\", the negative class first"))
    #expect(
      errorText { _ = try read("", columns: "\"id\": \"a\"") }.contains("\"label\" is missing"))
    #expect(
      errorText { _ = try read("", columns: "\"label\": \"l\", \"labels\": {\"x\": \"a\"}") }
        .contains("either tells the class"))
  }

  @Test("A column that is read and not named is told once")
  func unnamedColumn() throws {
    let data = try read("")
    #expect(
      errorText { _ = try data.load(needsImages: true, needsTexts: false, skipsBad: false) }
        .contains("images are read, and \"columns\" names no \"image\""))
    #expect(
      errorText { _ = try data.load(needsImages: false, needsTexts: true, skipsBad: false) }
        .contains("texts are read, and \"columns\" names no \"text\""))
  }
}
