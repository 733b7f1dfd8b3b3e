import Basics
import Foundation
import Studies
import TestSupport
import Testing

@testable import Runs

@Suite("The index of runs")
struct RunIndexTests {
  private func made(_ folder: String, _ samples: [String: RunSample]) throws -> RunIndex {
    for (name, sample) in samples { try sample.write(to: "\(folder)/runs/\(name)") }
    let index = try RunIndex("\(folder)/index/runs.sqlite")
    _ = try index.scan("\(folder)/runs")
    return index
  }

  @Test("A scan finds runs, what they are made of, and what did best on validation")
  func scan() throws {
    try withTemporaryFolder { folder in
      let index = try made(folder, ["a": RunSample(), "deep/er/b": RunSample(name: "Second")])
      let runs = try index.runs().runs
      #expect(runs.map(\.name).sorted() == ["First", "Second"])
      let run = try #require(runs.first { $0.name == "First" })
      #expect(run.path == URL(fileURLWithPath: "\(folder)/runs/a").standardizedFileURL.path)
      #expect(run.encoders == ["densenet121", "word2vec", "concat", "gated"])
      #expect(run.state == .finished)
      #expect(run.cells == 6)
      #expect(run.seconds == 60)
      #expect(run.best?.combination == "net")
      #expect(abs((run.best?.mean ?? 0) - 0.8) < 1e-12)
      #expect(abs((run.best?.deviation ?? 0) - 0.1) < 1e-12)
      // What is read back is what was read.
      #expect(run == RunRecord(reading: run.path))
    }
  }

  @Test("Of a metric that is better when lower, the lowest did best")
  func lowerIsBetter() throws {
    try withTemporaryFolder { folder in
      try RunSample(metric: "log-loss").write(to: folder)
      #expect(RunRecord(reading: folder).best?.combination == "words")
    }
  }

  @Test("A run in which a process makes a cell is not deleted")
  func deleteRunning() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      try RunSample().write(to: run)
      let plan = """
        {"schema": 1, "command": "", "dataFolder": "", "workingFolder": "/", "skipBad": false,
         "probes": false, "shortcuts": [], "kernels": "auto", "precision": "fp32", "threads": 1,
         "cells": [{"split": "r1f1", "combination": "net"}]}
        """
      try plan.write(toFile: "\(run)/plan.json", atomically: true, encoding: .utf8)
      let claim = try #require(try CellClaims(run: run).claim("r1f1.net"))
      let error = #expect(throws: ZooError.self) { try RunIndex.delete(run) }
      #expect(error?.message.hasPrefix("nothing was deleted: r1f1/net is running (") == true)
      claim.release()
      try RunIndex.delete(run)
      #expect(!FileManager.default.fileExists(atPath: run))
    }
  }

  @Test("The newest alone are given where so many are asked for, and the others counted")
  func limit() throws {
    try withTemporaryFolder { folder in
      let names = ["a", "b", "c", "d"]
      let index = try made(
        folder, Dictionary(uniqueKeysWithValues: names.map { ($0, RunSample(name: $0)) }))
      for (place, name) in names.enumerated() {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1e9 + Double(place))],
          ofItemAtPath: "\(folder)/runs/\(name)/study.json")
      }
      _ = try index.runs()
      let found = try index.runs(limit: 3)
      #expect(found.runs.map(\.name) == ["d", "c", "b"])
      #expect(found.left == 1)
      #expect(try index.runs(limit: 9).left == 0)
      var filter = RunIndex.Filter()
      filter.encoder = "dense*"
      let some = try index.runs(filter, limit: 1)
      #expect(some.runs.map(\.name) == ["d"])
      #expect(some.left == 3)
    }
  }

  @Test("Runs are found by name, tag, encoder, data and state")
  func filters() throws {
    try withTemporaryFolder { folder in
      let index = try made(
        folder,
        [
          "a": RunSample(),
          "b": RunSample(name: "Second", encoder: "resnet18", cases: "id,image\n1,def\n"),
        ])
      try RunNote(folder: "\(folder)/runs/b").tagged("paper").write(to: "\(folder)/runs/b")
      func names(_ change: (inout RunIndex.Filter) -> Void) throws -> [String] {
        var filter = RunIndex.Filter()
        change(&filter)
        return try index.runs(filter).runs.map(\.name).sorted()
      }
      #expect(try names { $0.pattern = "seco" } == ["Second"])
      #expect(try names { $0.pattern = "F*" } == ["First"])
      #expect(try names { $0.tag = "paper" } == ["Second"])
      #expect(try names { $0.encoder = "densenet*" } == ["First"])
      #expect(try names { $0.encoder = "gated" } == ["First", "Second"])
      let digest = RunRecord(reading: "\(folder)/runs/b").dataDigest
      #expect(try names { $0.data = String(digest.prefix(6)) } == ["Second"])
      #expect(try names { $0.state = .begun } == [])
    }
  }

  @Test(
    "A run that changed is read anew, one that is gone is told, and a broken one is named and passed over"
  )
  func changes() throws {
    try withTemporaryFolder { folder in
      let index = try made(folder, ["a": RunSample(), "b": RunSample(), "c": RunSample()])
      try RunSample(accuracies: [("net", [0.5, 0.5])]).write(to: "\(folder)/runs/a")
      try FileManager.default.removeItem(atPath: "\(folder)/runs/b")
      try "combination,split\nnet".write(
        toFile: "\(folder)/runs/c/results.csv", atomically: true, encoding: .utf8)
      let found = try index.runs()
      let (runs, gone) = (found.runs, found.gone)
      #expect(gone == [URL(fileURLWithPath: "\(folder)/runs/b").standardizedFileURL.path])
      #expect(runs.count == 2)
      #expect(runs.first { $0.path.hasSuffix("/a") }?.best?.mean == 0.5)
      let broken = try #require(runs.first { $0.path.hasSuffix("/c") })
      #expect(broken.state == .broken)
      #expect(broken.problem.contains("results.csv"), "\(broken.problem)")
      try index.forget(gone)
      #expect(try index.runs().gone == [])
    }
  }

  @Test(
    "An index of another version is made anew over the runs it knew, and a damaged file is told")
  func versions() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/index/runs.sqlite"
      do { _ = try made(folder, ["a": RunSample()]) }
      try Database(path).run("UPDATE version SET number = 0; ALTER TABLE runs DROP COLUMN note")
      #expect(try RunIndex(path).runs().runs.map(\.name) == ["First"])
      try "no database, but a text that is long enough to be looked at".write(
        toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: ZooError.self) { try RunIndex(path).runs() }
      #expect(error?.advice?.contains("delete it") == true)
    }
  }

  @Test("Two at once lose nothing")
  func twoAtOnce() async throws {
    try await withAsyncTemporaryFolder { folder in
      let path = "\(folder)/runs.sqlite"
      _ = try RunIndex(path)
      for number in 0..<40 { try RunSample().write(to: "\(folder)/runs/\(number)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for part in 0..<2 {
          group.addTask {
            let index = try RunIndex(path)
            for number in 0..<20 { try index.add("\(folder)/runs/\(part * 20 + number)") }
          }
        }
        try await group.waitForAll()
      }
      #expect(try RunIndex(path).runs().runs.count == 40)
    }
  }

  @Test("A folder that is no run is neither added nor deleted")
  func noRun() throws {
    try withTemporaryFolder { folder in
      let index = try RunIndex("\(folder)/runs.sqlite")
      #expect(throws: ZooError.self) { try index.add(folder) }
      #expect(throws: ZooError.self) { try RunIndex.delete(folder) }
      #expect(FileManager.default.fileExists(atPath: folder))
    }
  }
}

extension RunNote {
  fileprivate func tagged(_ tag: String) -> RunNote {
    var note = self
    note.tags.append(tag)
    return note
  }
}
