import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let columns = CSVColumns(
  id: "id", image: "image", text: "text", label: "label", patient: "patient")
private let header = "id,image,text,label,patient\n"

/// Writes a table and empty files for its images, and reads it.
private func read(
  _ text: String, images: [String] = ["a.png", "b.png"], columns: CSVColumns = columns,
  rules: CaseRules? = nil
) throws -> CaseSet {
  try withTemporaryFolder { folder in
    for name in images { try AtomicFile.write("", to: "\(folder)/\(name)") }
    let path = "\(folder)/own.csv"
    try AtomicFile.write(text, to: path)
    return try CaseSet.csv(path: path, columns: columns, rules: rules)
  }
}

/// The error of reading, the folder's name taken out.
private func failure(_ text: String, columns: CSVColumns = columns, rules: CaseRules? = nil)
  -> String
{
  let text = errorText { _ = try read(text, columns: columns, rules: rules) }
  return text.replacing(/\/[^ :]*\/encoderzoo-[^\/]*\//, with: "")
}

@Suite("A table of the user's own")
struct CaseSetCSVTests {
  @Test("All columns are read, images beside the table, lines as places")
  func readsCases() throws {
    let set = try read(header + "1,a.png,\"No,\neffusion\",no,p1\n2,b.png,Mass.,yes,\n")
    #expect(set.name == "own")
    #expect(set.labels == ["no", "yes"])
    #expect(set.labelCounts == [1, 1])
    #expect(set.labelIndices == [0, 1])
    let first = set.cases[0]
    #expect(first.id == "1")
    #expect(first.text == "No,\neffusion")
    #expect(first.label == "no")
    #expect(first.group == "p1")
    #expect(first.source.line == 2)
    #expect(first.imagePath?.hasSuffix("/a.png") == true)
    #expect(set.cases[1].group == nil)
    #expect(set.cases[1].source.line == 4)
    #expect(set.leftOut.isEmpty)
  }

  @Test("Without an id column the rows are numbered, and what is not named is not read")
  func readsFewColumns() throws {
    let set = try read("note,class\nx,a\ny,b\n", columns: CSVColumns(text: "note", label: "class"))
    #expect(set.cases.map(\.id) == ["1", "2"])
    #expect(set.cases.map(\.imagePath) == [nil, nil])
    #expect(set.cases.map(\.group) == [nil, nil])
  }

  @Test("Problems are listed with file and line, and counted")
  func listsProblems() {
    let text =
      header + "1,a.png,x,no,\n1,b.png,y,yes,\n3,c.png,y,yes,\n4,a.png,\" \n\",yes,\n5,,y,yes,\n"
      + "6,a.png,x,yess,\n,a.png,x,yes,\n7,a.png,x,,\n"
    #expect(
      failure(text, rules: CaseRules(image: .required, text: .required, labels: ["no", "yes"]))
        == """
        own.csv: 7 cases can't be used: 2 unknown label, 1 duplicate id, 1 image file missing, 1 empty text, \
        1 no image, 1 unreadable
          own.csv:8: unknown label "yess"; did you mean "yes"? valid: no, yes
          own.csv:10: case "7" has no label
          own.csv:3: the id "1" occurs twice, first at line 2
          own.csv:4: no image file c.png of case "3"
          own.csv:5: the text of case "4" is empty
          own.csv:7: case "5" has no image
          own.csv:9: the id is empty
          correct them, or leave them out with --skip-bad
        """)
  }

  @Test("Many problems of a kind are counted, and a few of them shown")
  func boundsProblems() {
    let rows = (1...25).map { "\($0),none.png,x,no,\n" }.joined()
    let text = failure(header + rows + "26,a.png,,no,\n")
    #expect(
      text.hasPrefix("own.csv: 26 cases can't be used: 25 image file missing, 1 empty text\n"))
    #expect(text.contains("own.csv:5: no image file"))
    #expect(!text.contains("own.csv:6:"))
    #expect(text.contains("\n  and 21 more of image file missing\n  own.csv:27: the text of"))
    #expect(text.hasSuffix("\n  correct them"))
  }

  @Test("Bad cases are left out and listed when that is asked for")
  func skipsBad() throws {
    let text =
      header + "1,a.png,x,no,\n1,b.png,y,yes,\n3,c.png,y,yes,\n4,a.png,,yes,\n5,b.png,z,yes,\n"
    let set = try read(text, rules: CaseRules(image: .required, text: .required, skipsBad: true))
    #expect(set.cases.map(\.id) == ["1", "5"])
    #expect(set.leftOut.map(\.reason) == [.duplicateID, .missingImage, .emptyText])
    #expect(set.leftOut.map(\.place.line) == [3, 4, 5])
    #expect(set.leftOutCounts.map(\.count) == [1, 1, 1])
  }

  @Test("Wanted parts are left out where they lack, but a named file must be there")
  func wantedParts() throws {
    let rules = CaseRules(image: .wanted, text: .wanted)
    let set = try read(
      header + "1,a.png,x,no,\n2,b.png,y,yes,\n3,,y,yes,\n4,a.png,,no,\n", rules: rules)
    #expect(set.cases.map(\.id) == ["1", "2"])
    #expect(set.leftOut.map(\.reason) == [.noImage, .emptyText])
    #expect(failure(header + "1,z.png,x,no,\n", rules: rules).contains("no image file z.png"))
  }

  @Test("Without given labels exactly two must be found")
  func demandsTwoLabels() {
    #expect(
      failure(header + "1,a.png,x,no,\n2,a.png,x,yes,\n3,a.png,x,yes,\n4,a.png,x,maybe,\n")
        == "own.csv: 3 labels found: \"yes\" (2), \"maybe\" (1), \"no\" (1); expected exactly two\n"
        + "  set \"task\": \"multi-class\" to tell all of them apart; or name two in \"labels\", and leave the others out with --skip-bad"
    )
    #expect(failure(header + "1,a.png,x,no,\n").contains("1 label found: \"no\" (1); expected"))
  }

  @Test("A table without rows, and a misspelt column, are named")
  func namesEmptyAndMisspelt() {
    #expect(failure(header).hasPrefix("own.csv: no case is left of 0 read"))
    #expect(
      failure(header, columns: CSVColumns(label: "labels"))
        .hasPrefix("own.csv:1: no column \"labels\"; did you mean \"label\"?"))
  }

  @Test("An image root replaces the table's folder, and absolute paths stay")
  func imageRoot() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("image,label\na.png,x\n/b.png,y\n", to: "\(folder)/t.csv")
      let set = try CaseSet.csv(
        path: "\(folder)/t.csv", columns: CSVColumns(image: "image", label: "label"),
        imageRoot: "/data/", rules: CaseRules())
      #expect(set.cases.map(\.imagePath) == ["/data/a.png", "/b.png"])
    }
  }
}
