import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Labels that a case may have together, and several classes")
struct TogetherTests {
  private func read(
    _ text: String, columns: CSVColumns, rules: CaseRules = CaseRules(labelling: .together)
  ) throws -> CaseSet {
    try withTemporaryFolder { folder in
      try AtomicFile.write(text, to: "\(folder)/t.csv")
      return try CaseSet.csv(path: "\(folder)/t.csv", columns: columns, rules: rules)
    }
  }

  private var list: CSVColumns {
    var columns = CSVColumns(id: "id", label: "F")
    columns.labelSeparator = "|"
    columns.noLabel = ["No Finding"]
    return columns
  }

  @Test("A column that lists labels becomes findings, in the order that the rules name")
  func lists() throws {
    let text = "id,F\na,Mass|Edema\nb,No Finding\nc,Edema\n"
    let set = try read(text, columns: list)
    #expect(set.isMultiLabel && set.labels == ["Edema", "Mass"])
    #expect(set.cases.map(\.findings) == [["Edema", "Mass"], [], ["Edema"]])
    #expect(set.labelCounts == [2, 1])
    #expect(set.labelMatrix.answers == [true, true, false, false, true, false])
    let turned = CaseRules(labels: ["Mass", "Edema"], labelling: .together)
    #expect(try read(text, columns: list, rules: turned).labelCounts == [1, 2])
  }

  @Test("A column for each label: what is not known is masked and counted")
  func columns() throws {
    let marks = ["Mass", "Edema"].map { CSVColumns.LabelColumn(label: $0, column: $0) }
    let text = "id,Mass,Edema\na,1,0\nb,-1,1\nc,0,\n"
    let set = try read(text, columns: CSVColumns(id: "id", labelColumns: marks))
    #expect(set.cases.map(\.unknownFindings) == [[], ["Mass"], ["Edema"]])
    #expect(set.answers(to: set.labels)[2].isNaN && set.answers(to: set.labels)[3] == 1)
    #expect(set.notes.contains { $0.contains("1 uncertain answers (-1) are read as not known") })
    #expect(set.notes.contains { $0.contains("2 of 6 answers are not known") })
  }

  @Test(
    "What can't be learnt or read is refused by its name",
    arguments: [
      ("id,F\na,Mass|Edema\nb,Edma\nc,\n", "the label \"Edma\" is not named; did you mean"),
      ("id,F\na,Mass|Edema\nb,Mass\n", "the label \"Mass\" has no negative case"),
      ("id,F\na,Mass\nb,Edema\n", "\"|\" occurs in no value of the column \"F\""),
      ("id,F\na,Mass|Edema\nb,\nc,No Finding\n", "none of the 2 answers is known"),
      ("id,F\na,Mass|No Finding\n", "\"No Finding\" says no label, beside another"),
    ])
  func refuses(_ text: String, _ message: String) {
    let rules = CaseRules(labels: ["Mass", "Edema"], labelling: .together)
    #expect(errorText { _ = try read(text, columns: list, rules: rules) }.contains(message))
  }

  @Test("Labels that are not named are left out where that is asked for, with their count")
  func ignores() throws {
    var rules = CaseRules(labels: ["Mass"], labelling: .together)
    let text = "id,F\na,Mass|Edema\nb,Edema\nc,No Finding\n"
    #expect(errorText { _ = try read(text, columns: list, rules: rules) }.contains("\"Edema\""))
    rules.ignoresOtherLabels = true
    let set = try read(text, columns: list, rules: rules)
    #expect(set.cases.map(\.findings) == [["Mass"], [], []])
    #expect(set.notes.contains { $0.contains("left out: \"Edema\" 2") })
  }

  @Test("A case that is left out by another rule counts for no label")
  func leftOut() {
    let rules = CaseRules(text: .required, labels: ["Mass", "Edema"], labelling: .together)
    var columns = list
    columns.text = "T"
    var lenient = rules
    lenient.skipsBad = true
    let text = "id,F,T\na,Mass|Edema,\nb,Edema,clear\nc,No Finding,clear\n"
    #expect(
      errorText { _ = try read(text, columns: columns, rules: lenient) }
        .contains("the label \"Mass\" has no positive case: 0 positive, 2 negative"))
  }

  @Test("Folds of labels give every subset its share, and name the label that is too rare")
  func folds() throws {
    let rows = (0..<40).map {
      "c\($0),\($0 % 4 == 0 ? "Mass|Edema" : $0 % 2 == 0 ? "Edema" : "No Finding")"
    }
    let set = try read("id,F\n" + rows.joined(separator: "\n") + "\n", columns: list)
    let splits = try FoldPlan(kind: .folds(count: 4, repeats: 1), seed: 1).splits(of: set)
    for split in splits {
      let own = split.test.map { set.cases[$0].findings }
      #expect(own.count { $0.contains("Edema") } == 5)
      #expect((2...3).contains(own.count { $0.contains("Mass") }))
    }
    let few = try read("id,F\na,Mass|Edema\nb,Edema\nc,No Finding\nd,No Finding\n", columns: list)
    #expect(
      errorText { _ = try FoldPlan(kind: .folds(count: 4, repeats: 1), seed: 1).splits(of: few) }
        .contains("the label \"Edema\" has 2 positive cases, in 2 independent groups; 4 subsets"))
  }

  @Test("Of several classes two are the least, and each needs a case for every fold")
  func classes() throws {
    let columns = CSVColumns(id: "id", label: "F")
    let rules = CaseRules(labelling: .classes)
    let text = "id,F\na,x\nb,y\nc,z\nd,x\ne,y\nf,x\n"
    let set = try read(text, columns: columns, rules: rules)
    #expect(set.labels == ["x", "y", "z"] && set.labelCounts == [3, 2, 1])
    #expect(set.labelMatrix.isExclusive)
    #expect(
      errorText { _ = try FoldPlan(kind: .folds(count: 3, repeats: 1), seed: 1).splits(of: set) }
        .contains("the label \"y\" has 2 independent groups of cases; 3 subsets need at least 3"))
    #expect(
      errorText { _ = try read("id,F\na,x\n", columns: columns, rules: rules) }
        .contains("1 label found: \"x\" (1); expected two or more"))
  }

  @Test("Open-i's headings are labels, or classes of reports that have one")
  func headings() throws {
    let header = "uid,MeSH,Problems,image,indication,comparison,findings,impression\n"
    let rows = [
      "1,normal", "2,Cardiomegaly/mild;Opacity/lung", "3,Opacity/lung/base", "4,Calcinosis",
      "5,Cardiomegaly;Cardiomegaly/severe", "6,No Indexing",
    ]
    let text = header + rows.map { "\($0),,,,,text,\n" }.joined()
    try withTemporaryFolder { folder in
      try AtomicFile.write(text, to: "\(folder)/r.csv")
      func set(_ rules: CaseRules) throws -> CaseSet {
        var options = OpenI.Options()
        options.rules = rules
        return try CaseSet.openIKaggle(reports: "\(folder)/r.csv", options: options)
      }
      let labels = ["normal", "Cardiomegaly", "Opacity"]
      let together = try set(CaseRules(labels: labels, labelling: .together))
      #expect(together.cases.map(\.id) == ["CXR1", "CXR2", "CXR3", "CXR4", "CXR5"])
      #expect(together.labelCounts == [1, 2, 2])
      #expect(together.notes.contains { $0.contains("1 MeSH headings are no label") })
      let classes = try set(CaseRules(labels: labels, labelling: .classes))
      #expect(classes.cases.map(\.label) == ["normal", "Opacity", "Cardiomegaly"])
      #expect(classes.leftOut.map(\.reason) == [.otherLabels, .otherLabels, .notIndexed])
      #expect(
        errorText { _ = try set(CaseRules(labels: ["Opacty", "normal"], labelling: .together)) }
          .contains("no case has \"Opacty\" among its MeSH headings; did you mean \"Opacity\""))
    }
  }
}
