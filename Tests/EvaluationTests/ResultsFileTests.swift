import Basics
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite("Results tables")
struct ResultsFileTests {
  private func row(
    _ combination: String, _ split: String, _ subset: ResultSubset, _ metric: ScoreMetric,
    _ value: Double?
  ) -> ResultRow {
    ResultRow(
      combination: combination, split: split, subset: subset, metric: .score(metric), value: value)
  }

  private var rows: [ResultRow] {
    [
      row("b", "s10", .test, .accuracy, 0.1),
      row("b", "s2", .test, .logLoss, 1.0 / 3),
      row("b", "s2", .test, .auroc, nil),
      row("b", "s2", .validation, .auroc, 1e-7),
      row("a, \"x\"", "s2", .test, .accuracy, 1),
    ]
  }

  @Test("Rows come out in one order whatever order they went in")
  func order() throws {
    let expected = """
      combination,split,subset,metric,value
      b,s2,validation,auroc,1e-07
      b,s2,test,auroc,
      b,s2,test,log-loss,0.3333333333333333
      b,s10,test,accuracy,0.1
      "a, ""x""\",s2,test,accuracy,1

      """
    let order = RowOrder(combinations: ["b"])
    #expect(try ResultsFile.text(rows, order: order) == expected)
    #expect(try ResultsFile.text(rows.reversed(), order: order) == expected)
  }

  @Test("What was written is read back to the last bit")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      let order = RowOrder(combinations: ["b"])
      try ResultsFile.write(rows, order: order, to: path)
      #expect(try ResultsFile.read(path) == order.sorted(rows))
      let epochs = [
        EpochRow(
          combination: "b", split: "s1", epoch: 10, subset: .validation, metric: .score(.logLoss),
          value: 0.1 + 0.2),
        EpochRow(
          combination: "b", split: "s1", epoch: 9, subset: .training, metric: .score(.accuracy),
          value: nil),
      ]
      try EpochsFile.write(epochs, to: "\(folder)/epochs.csv")
      #expect(try EpochsFile.read("\(folder)/epochs.csv") == epochs.reversed())
    }
  }

  @Test(
    "A damaged table is refused with its line",
    arguments: [
      ("", ":1: the header is \"\"; expected \"combination,split,subset,metric,value\""),
      ("combination,split,subset,value\n", ":1: the header is \"combination,split,subset,value\";"),
      (
        "H\na,s1,test,accuracy\n", ":2: 4 fields; expected 5: combination,split,subset,metric,value"
      ),
      ("H\na,s1,test,accuracy,0.5\n\n", ":3: 1 field; expected 5"),
      ("H\na,s1,test,accuracy,0,5\n", ":2: 6 fields; expected 5"),
      ("H\na,,test,accuracy,0.5\n", ":2: split: is empty; expected a name"),
      ("H\na,s1,test,auroc,nan\n", ":2: value: \"nan\"; expected a finite number"),
      ("H\na,s1,test,auroc,0x1p3\n", ":2: value: \"0x1p3\"; expected a finite number"),
      ("H\na,s1,test,auroc,1e999\n", ":2: value: \"1e999\"; expected a finite number"),
      (
        "H\na,s1,test,auroc,1\na,s1,test,auroc,1\n", ":3: the cell a, s1, test, auroc was on line 2"
      ),
      ("H\na,s1,tests,auroc,1\n", ":2: subset: unknown subset \"tests\"; did you mean \"test\"?"),
      (
        "H\na,s1,test,acuracy,1\n",
        ":2: metric: unknown metric \"acuracy\"; did you mean \"accuracy\"?"
      ),
      ("H\n\"a,s1,test,auroc,1\n", ":2: a quoted field begins here and never ends"),
      ("H\n\"a\"b,s1,test,auroc,1\n", ":2: text after the quote that closes a field"),
    ])
  func damaged(text: String, message: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      let content = text.replacing("H\n", with: "combination,split,subset,metric,value\n")
      try AtomicFile.write(content, to: path)
      let error = errorText { _ = try ResultsFile.read(path) }
      #expect(error.contains("results.csv" + message), "\(error)")
    }
  }

  @Test("An epoch is a whole number in its plain form", arguments: ["-1", "1.0", "01", "x", "+1"])
  func epoch(text: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/epochs.csv"
      try AtomicFile.write(
        "combination,split,epoch,subset,metric,value\r\na,s1,\(text),test,accuracy,1\r\n", to: path)
      #expect(
        errorText { _ = try EpochsFile.read(path) }
          .contains(":2: epoch: epoch \"\(text)\"; expected a whole number from 0"))
    }
  }

  @Test("Tables of schema 1, with parts and areas, are read by today's names")
  func formerNames() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      try AtomicFile.write(
        "combination,split,part,metric,value\na,s1,test,area,0.5\na,s1,test,area of Mass,1\n",
        to: path)
      let rows = try ResultsFile.read(path)
      #expect(rows.map(\.metric) == [.score(.auroc), .label(.auroc, "Mass")])
      #expect(rows.map(\.subset) == [.test, .test])
    }
  }

  @Test("Values that are not finite and cells with two values are not written")
  func refused() {
    #expect(
      errorText { _ = try ResultsFile.text([row("a", "s", .test, .auroc, .infinity)]) }
        == "a, s, test, auroc: the value is inf; expected a finite number")
    let twice = [row("a", "s", .test, .auroc, 1), row("a", "s", .test, .auroc, 0)]
    #expect(
      errorText { _ = try ResultsFile.text(twice) }
        == "a, s, test, auroc: two results for one cell; expected one")
    #expect(
      errorText { _ = try ResultsFile.text([row("a", "", .test, .auroc, 1)]) }
        .contains("a result without a name of its split"))
  }

  @Test("Every subset and metric is read back by its name, findings too")
  func names() {
    for subset in ResultSubset.allCases {
      #expect(ResultSubset(rawValue: subset.rawValue) == subset)
    }
    let metrics: [ResultMetric] =
      ScoreMetric.allCases.map { .score($0) } + [
        .threshold, .label(.auroc, "Mass"), .label(.auroc, "auroc of x"),
      ]
    for metric in metrics { #expect(ResultMetric(rawValue: metric.rawValue) == metric) }
    #expect(ResultSubset(rawValue: "test, image only") == .missingModality(.image))
    #expect(ResultMetric(rawValue: "areas") == nil)
  }

  @Test("A name with white space at its ends is quoted, and read back whole")
  func spaces() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      let rows = [row(" a ", "s1", .test, .accuracy, 1)]
      try ResultsFile.write(rows, to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\" a \",s1"))
      #expect(try ResultsFile.read(path) == rows)
    }
  }

  @Test("Names with numbers are ordered as people do")
  func natural() {
    let names = ["s10", "s2", "r2f1", "r1f10", "r1f2", "s", "s02"]
    #expect(
      names.sorted(by: naturalOrder) == ["r1f2", "r1f10", "r2f1", "s", "s02", "s2", "s10"])
  }

  @Test("A summary has mean, deviation and the count of undefined splits")
  func summary() throws {
    let summaries = ResultSummary.summaries(of: [
      row("a", "s2", .test, .auroc, 0.75), row("a", "s1", .test, .auroc, 0.25),
      row("a", "s3", .test, .auroc, nil), row("a", "s1", .validation, .auroc, 1),
    ])
    #expect(summaries.map(\.subset) == [.validation, .test])
    #expect(summaries[1].values == [0.25, 0.75])
    #expect(summaries[1].mean == 0.5)
    #expect(summaries[1].standardDeviation == 0.125.squareRoot())
    #expect(summaries[1].undefined == 1)
    #expect(summaries[0].standardDeviation == nil)
  }
}
