import Basics
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Runs

@Suite("One page over many runs")
struct RunsPageTests {
  private func page(_ folder: String, _ names: [String], metric: ScoreMetric? = nil) throws
    -> RunsPage
  {
    try RunsPage(names.map { RunRecord(reading: "\(folder)/\($0)") }, metric: metric)
  }

  @Test("Runs over the same cases stand in one table, with what their studies set otherwise")
  func same() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      try RunSample(name: "Second <b>", rate: 0.01).write(to: "\(folder)/two")
      let html = try page(folder, ["one", "two"]).html(from: folder)
      #expect(html.contains("Set 1"))
      #expect(!html.contains("Set 2"))
      #expect(html.contains("one: net"))
      #expect(html.contains("two: words"))
      #expect(html.contains(">image.net.training.learningRate</th>"))
      #expect(html.contains("Second &lt;b&gt; against First: 2 settings differ"))
      #expect(!html.contains("Second <b>"))
    }
  }

  @Test("Links lead from the page's folder to the reports, whatever they are called")
  func links() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/runs/a b#1")
      try "".write(
        toFile: "\(folder)/runs/a b#1/report.html", atomically: true, encoding: .utf8)
      let place = URL(fileURLWithPath: "\(folder)/pages").standardizedFileURL.path
      let html = try page(folder, ["runs/a b#1"]).html(from: place)
      #expect(html.contains("href=\"../runs/a%20b%231/report.html\""))
    }
  }

  @Test("What can't be read or has no tables is named and left out")
  func leftOut() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      try RunSample().write(to: "\(folder)/broken")
      try "{".write(toFile: "\(folder)/broken/study.json", atomically: true, encoding: .utf8)
      try RunSample(name: "Begun").write(to: "\(folder)/begun")
      try FileManager.default.removeItem(atPath: "\(folder)/begun/results.csv")
      let found = try page(folder, ["one", "broken", "begun"])
      #expect(found.notes.count == 2)
      #expect(found.notes.contains { $0.contains("/broken can't be read") })
      #expect(found.notes.contains { $0.hasPrefix("Begun has no tables yet") })
    }
  }

  /// Runs over data sets of their own, in which a is best, then b.
  private func dataSets(_ count: Int, in folder: String) throws -> [String] {
    try (0..<count).map { index in
      let shift = 0.01 * Double(index)
      try RunSample(
        name: "Set \(index)", cases: "id,image\n1,\(index)\n",
        accuracies: [
          ("a", [0.9 + shift / 2, 0.92]), ("b", [0.8 - shift, 0.82]),
          ("only \(index)", [0.5, 0.5]),
        ]
      ).write(to: "\(folder)/set-\(index)")
      return "set-\(index)"
    }
  }

  @Test("Over several data sets combinations of the same names are compared by their ranks")
  func ranks() throws {
    try withTemporaryFolder { folder in
      let names = try dataSets(6, in: folder)
      let groups = try RunGroup.groups(
        names.map { RunRecord(reading: "\(folder)/\($0)") }, metric: nil)
      let found = try #require(try DataSetComparison.made(groups).found)
      #expect(found.ranks.names == ["a", "b"])
      #expect(found.ranks.dataSets == names)
      #expect(found.ranks.meanRanks == [1, 2])
      // Six differences of one sign.
      #expect(found.ranks.pairs[0].test.p == 2 / 64.0)
      #expect(found.notes.contains { $0.contains("only 0") })
      #expect(found.sentences[0].contains("has no value"))
      let html = try page(folder, names).html(from: folder)
      #expect(html.contains("Over 6 data sets"))
      #expect(html.contains("Mean ranks over 6 data sets, 1 is best: a 1.00, b 2.00"))
    }
  }

  @Test("Where no pair could be significant the page says so")
  func few() throws {
    try withTemporaryFolder { folder in
      let names = try dataSets(3, in: folder)
      let groups = try RunGroup.groups(
        names.map { RunRecord(reading: "\(folder)/\($0)") }, metric: nil)
      let found = try #require(try DataSetComparison.made(groups).found)
      #expect(found.sentences[0].contains("With 3 data sets no pair can be significant"))
    }
  }

  @Test("Other settings, other splits of the same data and other metrics are said")
  func notes() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      try RunSample(rate: 0.5, cases: "id,image\n2,x\n").write(to: "\(folder)/two")
      try RunSample(folds: "split,subset,id\nr1f1,training,1\n").write(to: "\(folder)/three")
      try RunSample(cases: "id,image\n3,x\n", metric: "auroc").write(to: "\(folder)/four")
      let groups = try RunGroup.groups(
        ["one", "two", "three", "four"].map { RunRecord(reading: "\(folder)/\($0)") }, metric: nil)
      let found = try #require(try DataSetComparison.made(groups).found)
      #expect(found.ranks.dataSets == ["one", "two"])
      #expect(found.notes.contains { $0.contains("sets otherwise than First") })
      #expect(found.notes.contains { $0.contains("in other splits") })
      #expect(found.notes.contains { $0.contains("compared by auroc") })
    }
  }

  @Test("One data set, or one shared combination, gives no ranks")
  func none() throws {
    try withTemporaryFolder { folder in
      try RunSample().write(to: "\(folder)/one")
      let groups = try RunGroup.groups([RunRecord(reading: "\(folder)/one")], metric: nil)
      let made = try DataSetComparison.made(groups)
      #expect(made.found == nil)
    }
  }

  @Test("Data sets that can't be compared say why, and baselines alone are no rivals")
  func unsaid() throws {
    try withTemporaryFolder { folder in
      try RunSample(accuracies: [("a", [0.9, 0.8]), ("TF-IDF + logistic regression", [0.9, 0.8])])
        .write(to: "\(folder)/one")
      try RunSample(
        cases: "id,image\n2,x\n",
        accuracies: [("b", [0.9, 0.8]), ("TF-IDF + logistic regression", [0.9, 0.8])]
      ).write(to: "\(folder)/two")
      let found = try page(folder, ["one", "two"])
      #expect(found.notes.count == 1)
      #expect(found.notes[0].hasPrefix("no comparison over data sets: two combinations"))
    }
  }

  @Test("Tables that are older than the cells are no finished run")
  func oldTables() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      try RunSample().write(to: run)
      let plan = """
        {"schema": 1, "command": "", "dataFolder": "", "workingFolder": "/", "skipBad": false,
         "probes": false, "shortcuts": [], "kernels": "auto", "precision": "fp32", "threads": 1,
         "cells": [{"split": "r1f1", "combination": "net"}, {"split": "r1f2", "combination": "net"}]}
        """
      try plan.write(toFile: "\(run)/plan.json", atomically: true, encoding: .utf8)
      for split in ["r1f1", "r1f2"] {
        try AtomicFile.makeFolder("\(run)/cells/\(split)/net")
        let scores = """
          {"schema": 2, "combination": "net", "split": "\(split)", "parameters": 1, "seconds": 1,
           "results": [], "epochs": []}
          """
        try scores.write(
          toFile: "\(run)/cells/\(split)/net/scores.json", atomically: true, encoding: .utf8)
      }
      try "combination,split,seconds\nnet,r1f1,1\n".write(
        toFile: "\(run)/timings.csv", atomically: true, encoding: .utf8)
      #expect(RunRecord(reading: run).state == .begun)
      let found = try page(folder, ["run"])
      #expect(found.notes.contains { $0.contains("are not of all 2 cells") })
      try "combination,split,seconds\nnet,r1f1,1\nnet,r1f2,1\n".write(
        toFile: "\(run)/timings.csv", atomically: true, encoding: .utf8)
      #expect(RunRecord(reading: run).state == .finished)
    }
  }
}
