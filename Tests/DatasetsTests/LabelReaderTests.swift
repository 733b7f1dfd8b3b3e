import Basics
import Foundation
import Testing

@testable import Datasets

@Suite("Labels of a table")
struct LabelReaderTests {
  private func read(
    _ text: String, _ form: LabelForm, names: [String]? = nil,
    uncertain: UncertainPolicy = .masked, ignoresOthers: Bool = false
  ) throws -> (matrix: LabelMatrix, notes: [String]) {
    let table = try CSVTable(data: Data(text.utf8), path: "t.csv")
    var values = TableValues(table, missing: nil)
    var reader = try LabelReader(
      form, names: names, uncertain: uncertain, ignoresOthers: ignoresOthers, table: table)
    for row in 0..<table.rowCount { try reader.read(row, &values) }
    return try reader.finish()
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  private let list = LabelForm.list(column: "F", separator: "|", none: ["No Finding"])

  @Test("A column of classes gives one yes a case")
  func classes() throws {
    let found = try read("F\nb\n a\nc\nb\n", .classes(column: "F"))
    #expect(found.matrix == LabelMatrix(classes: [1, 0, 2, 1], names: ["a", "b", "c"]))
    #expect(found.notes == [])
    let ordered = try read("F\nb\na\n", .classes(column: "F"), names: ["b", "a"])
    #expect(ordered.matrix == LabelMatrix(classes: [0, 1], names: ["b", "a"]))
  }

  @Test(
    "A column a label knows 1, 0, uncertain and nothing",
    arguments: [
      (UncertainPolicy.masked, [true, false, false, true, false, false], 2),
      (.positive, [true, false, true, true, false, false], 1),
      (.negative, [true, false, false, true, false, false], 1),
    ])
  func columns(policy: UncertainPolicy, answers: [Bool], unknown: Int) throws {
    let form = LabelForm.columns([.init(label: "Mass"), .init(label: "Edema", column: "e")])
    let found = try read("Mass,e\n1,0\n-1,1\n0,\n", form, uncertain: policy)
    #expect(found.matrix.names == ["Mass", "Edema"])
    #expect(found.matrix.answers == answers)
    #expect(found.matrix.isKnown.count { !$0 } == unknown)
    let what = policy == .masked ? "as not known" : "as \(policy.rawValue)"
    #expect(found.notes.contains("t.csv: 1 uncertain answers (-1) are read \(what)"))
    #expect(found.notes.contains { $0.contains("\(unknown) of 6 answers are not known") })
  }

  @Test("A list of labels is parted, and the word for none is none")
  func lists() throws {
    let found = try read("F\nMass|Edema\nNo Finding\n Edema | Edema\nMass\n", list)
    #expect(found.matrix.names == ["Edema", "Mass"])
    #expect(found.matrix.answers == [true, true, false, false, true, false, false, true])
    #expect(found.matrix.isKnown.allSatisfy { $0 })
    #expect(found.notes == ["t.csv: 1 labels stand twice in a value"])
    let chosen = try read(
      "F\nMass|Edema\nNo Finding\nHernia|Mass\n", list, names: ["Mass"], ignoresOthers: true)
    #expect(chosen.matrix.answers == [true, false, true])
    #expect(
      chosen.notes
        == ["t.csv: 2 labels of the table are not named and left out: \"Edema\" 1, \"Hernia\" 1"])
  }

  @Test("What can't be meant is refused with its place and its name")
  func refused() {
    let names = message { _ = try read("F\nMass|Edma\n", list, names: ["Mass", "Edema"]) }
    #expect(names.contains("t.csv:2"))
    #expect(names.contains("the label \"Edma\" is not named"))
    #expect(names.contains("Edema"))
    let other = message { _ = try read("F\na\nd\n", .classes(column: "F"), names: ["a", "b"]) }
    #expect(other.contains("t.csv:3") && other.contains("the label \"d\" is not named"))
    let twice = message { _ = try read("F\nMass|x\n", list, names: ["Mass", "x", "Mass"]) }
    #expect(twice.contains("labels 1 and 3 are both named \"Mass\""))
    let never = message { _ = try read("F\nMass;Edema\nNo Finding\n", list) }
    #expect(never.contains("\"|\" occurs in no value of the column \"F\""))
    let empty = message {
      _ = try read("F\na\n", .list(column: "F", separator: "", none: []), names: ["a"])
    }
    #expect(empty.contains("the separator of labels is empty"))
    let both = message { _ = try read("F\nMass|No Finding\nEdema\n", list) }
    #expect(both.contains("\"No Finding\" says no label, beside another"))
    let none = message { _ = try read("F,G\n,1\nMass|x,1\n", list) }
    #expect(none.contains("t.csv:2") && none.contains("none of the 2 answers is known"))
    let answer = message {
      _ = try read("a\n1\n0\n2\n", .columns([.init(label: "a")]))
    }
    #expect(answer.contains("t.csv:4: a: found \"2\""))
  }

  @Test("A label without a positive, or without a negative answer, is named with its counts")
  func oneSided() {
    let form = LabelForm.columns([.init(label: "a"), .init(label: "b")])
    let absent = message { _ = try read("a,b\n1,0\n0,\n0,0\n", form) }
    #expect(
      absent.contains("the label \"b\" has no positive case: 0 positive, 2 negative, 1 not known"))
    let always = message { _ = try read("a,b\n1,1\n0,1\n1,\n", form) }
    #expect(always.contains("the label \"b\" has no negative case: 2 positive"))
    let classes = message {
      _ = try read("F\na\nb\n", .classes(column: "F"), names: ["a", "b", "c"])
    }
    #expect(classes.contains("no case is of the class \"c\""))
  }
}
