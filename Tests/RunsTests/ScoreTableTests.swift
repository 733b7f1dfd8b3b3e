import Basics
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Runs

@Suite("Scores of runs in one table")
struct ScoreTableTests {
  /// Ten splits: ten differences of docs, whose corrected p with a ratio of .25 is .0867.
  private static let differences = [
    0.02, 0.01, 0.03, 0, 0.02, 0.04, -0.01, 0.02, 0.03, 0.01,
  ]

  private func sample(_ name: String, _ values: [Double]) -> RunSample {
    RunSample(accuracies: [(name, values)])
  }

  @Test("Runs over the same cases and splits stand in one table, the best first, ties marked")
  func table() throws {
    try withTemporaryFolder { folder in
      let low = [Double](repeating: 0.8, count: 10)
      let near = zip(low, Self.differences).map { $0 + $1 }
      let far = low.enumerated().map { $1 - 0.2 + Double($0 % 3) * 0.01 }
      try sample("net", near).write(to: "\(folder)/one")
      try RunSample(accuracies: [("net", low), ("worse", far)]).write(to: "\(folder)/two")
      let table = try ScoreTable(["\(folder)/one", "\(folder)/two"])
      #expect(table.rows.map(\.name) == ["one: net", "two: net", "two: worse"])
      // 30 of 60: the ratio is .5, and p larger still than .0867.
      #expect(table.rows.map(\.tiesWithBest) == [true, true, false])
      #expect(abs(table.rows[0].mean - 0.817) < 1e-12)
      let lines = table.text(.text).split(separator: "\n")
      #expect(lines[1].hasPrefix("= one: net"))
      #expect(lines[3].hasPrefix("  two: worse"))
    }
  }

  @Test("Runs of other cases or splits are refused by what differs")
  func others() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      try RunSample(cases: "id,image\n1,other\n").write(to: "\(folder)/cases")
      try RunSample(folds: "split,subset,id\nr1f1,training,1\n").write(to: "\(folder)/folds")
      for (name, what) in [("cases", "the cases are not"), ("folds", "the splits are not")] {
        let error = #expect(throws: ZooError.self) {
          try ScoreTable(["\(folder)/one", "\(folder)/\(name)"])
        }
        #expect(error?.message.hasPrefix(what) == true)
      }
      let missing = #expect(throws: ZooError.self) {
        try ScoreTable(["\(folder)/one"], metric: .auroc)
      }
      #expect(missing?.message == "the run has no auroc; it has accuracy")
    }
  }

  @Test("A run that is given twice is refused, and a baseline that only the second has takes part")
  func twice() throws {
    try withTemporaryFolder { folder in
      let words = "TF-IDF + logistic regression"
      try RunSample().write(to: "\(folder)/one")
      try RunSample(accuracies: [("text", [0.9, 0.7, 0.8]), (words, [0.95, 0.9, 0.85])])
        .write(to: "\(folder)/two")
      try RunSample(accuracies: [("text", [0.9, 0.7, 0.8]), (words, [0.5, 0.6, 0.4])])
        .write(to: "\(folder)/three")
      let error = #expect(throws: ZooError.self) {
        try ScoreTable(["\(folder)/one", "\(folder)/one"])
      }
      #expect(error?.message == "the run is given twice")
      let table = try ScoreTable(["one", "two", "three"].map { "\(folder)/\($0)" })
      #expect(table.rows.filter(\.isBaseline).map(\.name) == [words])
      #expect(abs((table.rows.first { $0.isBaseline }?.mean ?? 0) - 0.9) < 1e-12)
      #expect(table.notes.contains { $0.hasPrefix("three: \(words) has other scores") })
    }
  }

  @Test("Names mean nothing to LaTeX, and a row is a row in every form")
  func forms() throws {
    try withTemporaryFolder { folder in
      try RunSample(accuracies: [("50%_net & words", [0.9, 0.8]), ("b", [0.1, 0.2])])
        .write(to: folder)
      let table = try ScoreTable([folder])
      let latex = table.text(.latex)
      #expect(latex.contains("  50\\%\\_net \\& words$^{=}$ & $0.850 \\pm 0.071$ & "))
      #expect(latex.contains("\\toprule"))
      #expect(
        ScoreTable.escaped("a\\b~{^}")
          == "a\\textbackslash{}b\\textasciitilde{}\\{\\textasciicircum{}\\}")
      let csv = table.text(.csv).split(separator: "\n")
      #expect(csv.count == 3)
      #expect(csv[1].hasPrefix("50%_net & words,accuracy,0.85"))
      #expect(table.text(.markdown).contains("| b = | 0.150 ± 0.071 |"))
    }
  }

  @Test("What two studies set otherwise is told by key, lists by the names of their members")
  func difference() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      try RunSample(encoder: "resnet18", rate: 0.01).write(to: "\(folder)/two")
      let lines = try RunDifference.lines("\(folder)/one", "\(folder)/two")
      #expect(
        lines == [
          RunDifference.Line(
            key: "image.net.encoder", first: "\"densenet121\"", second: "\"resnet18\""),
          RunDifference.Line(
            key: "image.net.training.learningRate", first: "0.001", second: "0.01"),
        ])
      #expect(try RunDifference.lines("\(folder)/one", "\(folder)/one").isEmpty)
    }
  }
}
