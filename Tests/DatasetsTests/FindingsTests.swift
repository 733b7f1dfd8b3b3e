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
    let answer = try read("a.png,p,-1,0\nb.png,p,1,0\n", uncertain: policy).answers(to: ["Mass"])[0]
    #expect(expected == nil ? answer.isNaN : answer == expected)
  }

  @Test("Another value is named with line and column")
  func bad() {
    let text = errorText { _ = try read("a.png,p,1,0\nb.png,p,yes,0\n") }
    #expect(text.contains("own.csv:3: Mass: found \"yes\"; expected 1, 0, -1"), "\(text)")
  }
}
