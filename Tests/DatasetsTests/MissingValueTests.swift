import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let columns = CSVColumns(
  id: "id", image: "image", text: "text", label: "label", patient: "patient")

/// Writes a table and two images, and reads it.
private func read(
  _ text: String, columns: CSVColumns = columns, rules: CaseRules? = nil, missing: [String]? = nil
) throws -> CaseSet {
  try withTemporaryFolder { folder in
    try AtomicFile.makeFolder("\(folder)/images")
    for name in ["a.png", "b.png"] { try AtomicFile.write("", to: "\(folder)/images/\(name)") }
    try AtomicFile.write(text, to: "\(folder)/own.csv")
    return try CaseSet.csv(
      path: "\(folder)/own.csv", columns: columns, rules: rules,
      options: TableOptions(missing: missing))
  }
}

private func plain(_ text: String) -> String {
  text.replacing(/\/[^ :]*\/encoderzoo-[^\/ ]*\//, with: "")
}

@Suite("What is not there")
struct MissingValueTests {
  private static let header = "id,image,text,label,patient\n"

  @Test("Patients with white space behind are the same, blank ones are unknown, and both are said")
  func trimsPatients() throws {
    let set = try read(
      Self.header
        + "1,images/a.png,x,no,P1 \n2,images/b.png,y,yes,P1\n3,images/a.png,z,no, \n"
        + "4,images/b.png,u,yes,P2\u{a0}\n")
    #expect(set.cases.map(\.group) == ["P1", "P1", nil, "P2"])
    #expect(CaseGroups(set.cases, byText: false).count == 3)
    #expect(
      set.notes.map(plain) == [
        "own.csv: white space or unseen marks were dropped around 2 of 4 values of the column \"patient\"",
        "own.csv: 1 of 4 cases have no patient: each is taken for a patient of its own",
      ])
  }

  @Test("Words that may mean nothing are asked about, whichever column they stand in")
  func asks() {
    let text = errorText {
      _ = try read(
        Self.header
          + "1,images/a.png,No finding.,no,nan\n2,images/b.png,None,yes,nan\n"
          + "3,images/a.png,x,no,NA\n4,-,x,NULL,P4\n")
    }
    #expect(
      plain(text) == """
        own.csv: there are words that may mean "not there":
          line 5: column "image": 1 of 4 values ("-" 1)
          line 3: column "text": 1 of 4 values ("None" 1)
          line 5: column "label": 1 of 4 values ("NULL" 1)
          line 2: column "patient": 3 of 4 values ("nan" 2, "NA" 1)
          if they do, set "missing": ["-", "NA", "NULL", "None", "nan"] in "data" (a case without a patient \
        is then a patient of its own); if they are values like any other, set "missing": []
        """)
  }

  @Test("Words that are said to mean nothing are no values, and counted")
  func takesWords() throws {
    let text = Self.header + "1,images/a.png,x,no,NaN\n2,images/b.png,nan,yes,nan\n3,,y,yes,-\n"
    let rules = CaseRules(image: .wanted, text: .wanted, labels: ["no", "yes"])
    let set = try read(text, rules: rules, missing: ["nan"])
    #expect(set.leftOut.map(\.reason) == [.emptyText, .noImage])
    #expect(set.cases.map(\.group) == [nil])
    #expect(
      set.notes.map(plain).contains {
        $0
          == "own.csv: 2 of 3 values of the column \"patient\" (\"NaN\" 1, \"nan\" 1) are read as not there"
      })
    let taken = try read(text, rules: rules, missing: [])
    #expect(taken.cases.map(\.group) == ["NaN", "nan"])
    #expect(taken.cases.map(\.text) == ["x", "nan"])
  }

  @Test("A class that is named in labels is no word for nothing")
  func knowsLabels() throws {
    let set = try read(
      Self.header + "1,images/a.png,x,none,p\n2,images/b.png,y,mass,q\n",
      rules: CaseRules(labels: ["none", "mass"]))
    #expect(set.labelCounts == [1, 1])
  }

  @Test("Backslashes in paths are slashes where the files are there only so, and counted")
  func backslashes() throws {
    let set = try read(
      Self.header + "1,images\\a.png,x,no,p\n2,images/b.png ,y,yes,q\n")
    #expect(set.cases.map { plain($0.imagePath ?? "") } == ["images/a.png", "images/b.png"])
    #expect(
      set.notes.map(plain) == [
        "own.csv: 1 paths of images are written with backslashes, read as slashes: the files are there",
        "own.csv: 1 paths of images have white space around them, which was dropped",
      ])
  }

  @Test("A class told by a column for each is the one that holds 1")
  func oneHot() throws {
    let marks = [
      CSVColumns.LabelColumn(label: "no", column: "naevus"),
      .init(label: "yes", column: "melanoma"),
    ]
    let text = "image,naevus,melanoma\nimages/a.png,1,0\nimages/b.png,,True\n"
    let own = CSVColumns(image: "image", labelColumns: marks)
    #expect(try read(text, columns: own).cases.map(\.label) == ["no", "yes"])
    let bad = errorText {
      _ = try read(text + "images/a.png,1,1\nimages/b.png,0,0\nimages/a.png,2,0\n", columns: own)
    }
    #expect(bad.contains("3 cases can't be used: 3 unknown label"))
    #expect(bad.contains("own.csv:4: \"naevus\" and \"melanoma\" hold 1; expected one of"))
    #expect(bad.contains("own.csv:5: none of the label columns holds 1"))
    #expect(bad.contains("own.csv:6: naevus: found \"2\"; expected 1, 0"))
  }

  @Test("A folder of images that is not there is told once")
  func missingFolder() {
    let text = errorText {
      _ = try read(
        Self.header + "1,pictures/one/a.png,x,no,p\n2,pictures/two/b.png,y,yes,q\n"
          + "3,images/c.png,y,yes,q\n")
    }
    #expect(text.contains("3 cases can't be used: 2 image folder missing, 1 image file missing"))
    #expect(text.contains("/pictures (2 cases, the first is named)"))
  }

  @Test("Labels that differ in case only are told once, with how to name them")
  func labelCase() {
    let rows = (1...30).map {
      "\($0),images/a.png,x,\($0 % 3 == 0 ? "Other" : "COVID-19"),p\($0)\n"
    }
    let text = errorText {
      _ = try read(
        Self.header + rows.joined(), rules: CaseRules(labels: ["covid-19", "other"]))
    }
    #expect(text.contains("30 cases can't be used: 30 unknown label"))
    #expect(text.contains("own.csv:2: unknown label \"COVID-19\"; did you mean \"covid-19\"?"))
    #expect(text.components(separatedBy: "\n").count == 4, "\(text)")
    #expect(
      text.contains(
        "the column \"label\" holds \"COVID-19\" (20), \"Other\" (10), \"labels\" asks for covid-19,"
          + " other: write \"labels\" as they are there: [\"COVID-19\", \"Other\"]"))
  }
}
