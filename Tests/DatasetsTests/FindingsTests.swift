import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("A table with an answer for each finding")
struct FindingsTests {
  private func read(_ rows: String, uncertain: UncertainPolicy = .masked) throws -> CaseSet {
    try withTemporaryFolder { folder in
      for name in ["a.png", "b.png"] { try AtomicFile.write("", to: "\(folder)/\(name)") }
      let path = "\(folder)/own.csv"
      try AtomicFile.write("file,who,Mass,Edema\n" + rows, to: path)
      return try CaseSet.findings(
        path: path,
        columns: FindingColumns(image: "file", patient: "who", findings: ["Mass", "Edema"]),
        uncertain: uncertain, imageRoot: nil, skipsBad: false)
    }
  }

  @Test("Present, absent and missing; the label is that of any finding")
  func answers() throws {
    let set = try read("a.png,p,1,0.0\nb.png,p,,0\n")
    let answers = set.answers(to: ["Edema", "Mass"])
    #expect(Array(answers[0..<2]) == [0, 1])
    #expect(answers[2] == 0)
    #expect(answers[3].isNaN)
    #expect(set.cases.map(\.label) == ["abnormal", "normal"])
    #expect(set.cases.map(\.group) == ["p", "p"])
  }

  @Test(
    "An uncertain answer is masked, or what the policy says",
    arguments: [(UncertainPolicy.masked, Float?.none), (.positive, 1), (.negative, 0)])
  func uncertain(policy: UncertainPolicy, expected: Float?) throws {
    let answer = try read("a.png,p,-1,0\nb.png,p,1,1\n", uncertain: policy).answers(to: ["Mass"])[0]
    #expect(expected == nil ? answer.isNaN : answer == expected)
  }

  @Test("Another value is named with line and column")
  func bad() {
    let text = errorText { _ = try read("a.png,p,1,0\nb.png,p,yes,0\n") }
    #expect(text.contains("own.csv:3: Mass: found \"yes\"; expected 1, 0, -1"), "\(text)")
  }

  @Test("Decimals, words and Excel's truth are answers; nan is none, and said")
  func forms() throws {
    let set = try read("a.png,p,\"1,0\",FALSE\nb.png,q,0.00,nan\na.png,r,true,\n")
    let answers = set.answers(to: ["Mass", "Edema"])
    #expect(Array(answers[0..<3]) == [1, 0, 0])
    #expect(answers[3].isNaN)
    #expect(answers[4] == 1)
    let notes = set.notes.joined(separator: "\n")
    #expect(notes.contains("1 numbers of the column \"Mass\" have a decimal comma"))
    #expect(
      notes.contains("1 of 3 values of the column \"Edema\" (\"nan\" 1) are read as not there"))
  }

  @Test("No Finding is no finding that makes a case abnormal")
  func noFinding() throws {
    let set = try table("No Finding", "a.png,p,1.0,\nb.png,q,,1.0\n")
    #expect(set.cases.map(\.label) == ["normal", "abnormal"])
    #expect(set.answers(to: ["No Finding"])[0] == 1)
    #expect(set.notes.count == 2)
    #expect(
      set.notes[0].hasSuffix(
        "of \"No Finding\" every known answer is 1 (1 of 2 cases; an empty field is no answer): it can"
          + " be neither learnt nor scored"))
  }

  @Test(
    "Where every case has a finding, the one that divides them most evenly stratifies the folds")
  func oneHot() throws {
    let set = try table("naevus", "a.png,p,1,0\nb.png,q,0,1\na.png,r,0,1\na.png,s,1,1\n")
    #expect(set.labels == ["without naevus", "with naevus"])
    #expect(set.labelCounts == [2, 2])
    #expect(
      set.notes.last?.hasSuffix(
        "Every case has a finding: the folds are stratified by \"naevus\" instead") == true)
    let text = errorText { _ = try table("naevus", "a.png,p,1,1\nb.png,q,1,1\n") }
    #expect(text.contains("no finding is there in some of the 2 cases and not in others"))
  }

  private func table(_ first: String, _ rows: String) throws -> CaseSet {
    try withTemporaryFolder { folder in
      for name in ["a.png", "b.png"] { try AtomicFile.write("", to: "\(folder)/\(name)") }
      let path = "\(folder)/own.csv"
      try AtomicFile.write("file,who,\(first),Edema\n" + rows, to: path)
      return try CaseSet.findings(
        path: path,
        columns: FindingColumns(image: "file", patient: "who", findings: [first, "Edema"]),
        uncertain: .masked, imageRoot: nil, skipsBad: false)
    }
  }
}
