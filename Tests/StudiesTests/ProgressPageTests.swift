import Basics
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("The page of a run's progress")
struct ProgressPageTests {
  /// A run of two combinations and two splits, of which some cells are finished.
  private func withRun(
    finished: [(split: String, combination: String, score: Double, seconds: Double)],
    _ body: (StudyPlan, String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let cells = ["r1f1", "r1f2"].flatMap { split in
        ["net", "net + words"].map { name in
          let needs = name == "net" ? "[]" : "[\"net\"]"
          return "{\"split\": \"\(split)\", \"combination\": \"\(name)\", \"needs\": \(needs)}"
        }
      }
      let plan = """
        {"schema": 1, "command": "", "dataFolder": "", "workingFolder": "/", "skipBad": false,
         "probes": false, "shortcuts": [], "kernels": "auto", "precision": "fp32", "threads": 1,
         "metric": "accuracy", "cells": [\(cells.joined(separator: ", "))]}
        """
      try plan.write(toFile: "\(folder)/plan.json", atomically: true, encoding: .utf8)
      try #"{"name": "Nets & <words>"}"#.write(
        toFile: "\(folder)/study.json", atomically: true, encoding: .utf8)
      for cell in finished {
        let place = try FolderName.cell(cell.combination, split: cell.split, in: folder)
        try AtomicFile.makeFolder(place)
        let file = CellFile(
          combination: cell.combination, split: cell.split, parameterCount: 1,
          seconds: cell.seconds,
          results: [
            ResultRow(
              combination: cell.combination, split: cell.split, subset: .test,
              metric: .score(.accuracy), value: cell.score)
          ], epochs: [], notes: [])
        try AtomicFile.write(file.text, to: "\(place)/\(FinishedCells.scoresName)")
      }
      try body(StudyPlan(run: folder), folder)
    }
  }

  @Test("The time that is left is by what cells of each combination took, over the workers")
  func timeLeft() throws {
    try withRun(finished: [("r1f1", "net", 0.9, 100), ("r1f1", "net + words", 0.95, 4)]) {
      plan, folder in
      var watch = try CellWatch(plan, run: folder)
      #expect(watch.secondsLeft(workers: 1) == nil)
      try watch.learn()
      #expect(watch.secondsLeft(workers: 1) == 104)
      #expect(watch.secondsLeft(workers: 2) == 52)
    }
    // A combination of which no cell is finished is taken for a usual one.
    try withRun(finished: [("r1f1", "net", 0.9, 100)]) { plan, folder in
      var watch = try CellWatch(plan, run: folder)
      try watch.learn()
      #expect(watch.secondsLeft(workers: 1) == 300)
    }
  }

  @Test("It shows scores, what runs and what waits, and renews itself until all cells are there")
  func page() throws {
    try withRun(finished: [("r1f1", "net", 0.875, 100)]) { plan, folder in
      var watch = try CellWatch(plan, run: folder)
      try watch.learn()
      let claim = try #require(
        try CellClaims(run: folder).claim(CellClaims.name("net", split: "r1f2")))
      defer { claim.release() }
      let html = try ProgressPage(plan, run: folder, watch, time: 0).html
      #expect(html.contains("<meta http-equiv=\"refresh\" content=\"10\">"))
      #expect(html.contains("Nets &amp; &lt;words&gt;"))
      #expect(html.contains("1 of 4 cells are finished · 1 are being made · about 5 min 0 s left"))
      #expect(html.contains("<td>0.875 <span class=\"sd\">1 min 40 s</span></td>"))
      #expect(html.contains(">running</td>"))
      #expect(html.contains(">waits</td>"))
    }
  }

  @Test("A run that was stopped says so, and its page rests")
  func stopped() throws {
    try withRun(finished: [("r1f1", "net", 0.9, 1)]) { _, folder in
      let writer = ProgressPageWriter(run: folder)
      writer.finish()
      let html = try String(
        contentsOfFile: "\(folder)/\(ProgressPage.fileName)", encoding: .utf8)
      #expect(html.contains("stopped: --resume goes on"))
      #expect(!html.contains("http-equiv=\"refresh\""))
    }
  }

  @Test("A cell that is made anew is read anew")
  func anew() throws {
    try withRun(finished: [("r1f1", "net", 0.9, 100)]) { plan, folder in
      var watch = try CellWatch(plan, run: folder)
      try watch.learn()
      let path = "\(folder)/cells/r1f1/net/\(FinishedCells.scoresName)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try FileManager.default.removeItem(atPath: path)
      try watch.learn()
      #expect(watch.left == 4)
      #expect(watch.outcomes.isEmpty)
      try AtomicFile.write(text.replacing("0.9", with: "0.5"), to: path)
      try watch.learn()
      #expect(watch.outcomes["r1f1/net"]?.score == 0.5)
    }
  }

  @Test("A finished run's page rests, and leads to the report")
  func finished() throws {
    try withRun(
      finished: ["r1f1", "r1f2"].flatMap { [($0, "net", 0.9, 1), ($0, "net + words", 0.9, 1)] }
    ) { _, folder in
      let writer = ProgressPageWriter(run: folder)
      writer.finish()
      let html = try String(
        contentsOfFile: "\(folder)/\(ProgressPage.fileName)", encoding: .utf8)
      #expect(!html.contains("http-equiv=\"refresh\""))
      #expect(html.contains("href=\"report.html\""))
    }
  }

  @Test("Before a run has begun nothing is written, and the writer ends")
  func nothing() throws {
    try withTemporaryFolder { folder in
      ProgressPageWriter(run: folder).finish()
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.isEmpty)
    }
  }
}
