import Basics
import TestSupport
import Testing

@testable import Datasets

private let set = CaseSet(
  name: "six",
  cases: zip(["a", "b", "c,d", "e", "f", "g"], ["1", "1", "2", "3", "4", "5"]).enumerated().map {
    Case(
      id: $1.0, label: $0 % 2 == 0 ? "x" : "y", group: $1.1,
      source: Place(path: "t.csv", line: $0 + 2))
  })

private func read(_ text: String) throws -> [Split] {
  try withTemporaryFolder { folder in
    try AtomicFile.write(text, to: "\(folder)/folds.csv")
    return try FoldsFile.read(
      path: "\(folder)/folds.csv", cases: set, groups: CaseGroups(set.cases))
  }
}

@Suite("folds.csv")
struct FoldsFileTests {
  @Test("Splits are written as split, part and id, and read back equal")
  func roundTrip() throws {
    let splits = [
      Split(
        name: "r1f1", index: 0, repeatIndex: 0, training: [0, 1], validation: [3], test: [2, 4, 5]),
      Split(
        name: "r2f1", index: 1, repeatIndex: 1, training: [3], validation: [], test: [0, 1, 4]),
      Split(name: "s3", index: 2, repeatIndex: 2, training: [4], validation: [], test: [5]),
    ]
    let text = FoldsFile.table(splits, cases: set).text
    #expect(
      text.hasPrefix(
        "split,subset,id\nr1f1,training,a\nr1f1,training,b\nr1f1,validation,e\nr1f1,test,\"c,d\"\n")
    )
    #expect(try read(text) == splits)
  }

  @Test("A plan's splits come back equal from the disk")
  func planRoundTrip() throws {
    let cases = (0..<90).map {
      Case(id: "i\($0)", label: $0 % 3 == 0 ? "x" : "y", group: "\($0 / 2)", source: Place())
    }
    let set = CaseSet(name: "n", cases: cases)
    for kind in [FoldPlan.Kind.folds(count: 3, repeats: 2), .splits(count: 3, testFraction: 0.2)] {
      let plan = FoldPlan(kind: kind, seed: 4)
      let splits = try plan.splits(of: set)
      let found = try withTemporaryFolder { folder in
        let path = "\(folder)/f.csv"
        try FoldsFile.write(splits, cases: set, to: path)
        let groups = plan.groups(of: set)
        // Tables of schema 1 have the column "part".
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let former = text.replacing("split,subset,id", with: "split,part,id")
        #expect(former != text)
        try AtomicFile.write(former, to: "\(folder)/former.csv")
        #expect(
          try FoldsFile.read(path: "\(folder)/former.csv", cases: set, groups: groups) == splits)
        return try FoldsFile.read(path: "\(folder)/f.csv", cases: set, groups: plan.groups(of: set))
      }
      #expect(found == splits)
    }
  }

  @Test(
    "Wrong tables are named with file and line",
    arguments: [
      ("s,tests,a\n", "folds.csv:2: subset: unknown subset \"tests\"; did you mean \"test\"?"),
      ("s,test,a\ns,training,z\n", "folds.csv:3: id: no case \"z\" in the set \"six\" of 6"),
      ("s,test,f\ns,test,f\n", "folds.csv:3: \"f\" is in split s twice"),
      (
        "s,test,a\ns,test,f\ns,training,b\n",
        "folds.csv:4: \"b\" in training and \"a\" in test at line 2 have the same patient or report"
      ),
      ("s,training,a\nt,test,a\n", "folds.csv:2: split s has no test cases"),
      ("s,training,a\ns,test,f,\n", "folds.csv:3: 4 fields; expected 3"),
    ])
  func refuses(_ rows: String, _ message: String) {
    #expect(errorText { _ = try read("split,subset,id\n" + rows) }.contains(message))
  }
}
