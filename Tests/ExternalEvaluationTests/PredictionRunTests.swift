import Basics
import Datasets
import EncoderKit
import Foundation
import Images
import Studies
import TestSupport
import Testing

@testable import ExternalEvaluation

@Suite("Predictions for many cases")
struct PredictionRunTests {
  private func run(
    _ table: String, _ output: String, resumes: Bool = false, skipsBad: Bool = false,
    progress: ProgressReporter = ProgressReporter(mode: .quiet, write: { _ in })
  ) throws -> PredictionRun.Outcome {
    let rows = try CaseRows(path: table, columns: CSVColumns(id: "id", text: "text"))
    return try PredictionRun(
      ShippedModel.predictor("phantom-words"), source: .table(rows, path: table), output: output,
      skipsBad: skipsBad, options: [("texts", "text")], kernels: ReferenceKernels(),
      progress: progress
    ).run(resumes: resumes)
  }

  @Test("A case whose picture was being decoded when somebody stopped is not told as bad")
  func stopped() async throws {
    let work = Task { () throws -> Int in
      while !Task.isCancelled { await Task.yield() }
      let item = Case(id: "c", text: "Lungs are clear.", source: Place())
      return try ShippedModel.predictor("phantom-words").readings(of: [item]).count
    }
    work.cancel()
    await #expect(throws: Interrupted.self) { try await work.value }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
      .sorted()
  }

  @Test("Each row is what the model says of its case alone")
  func values() throws {
    try withTemporaryFolder { folder in
      try ShippedModel.table(40, to: "\(folder)/cases.csv")
      let outcome = try run("\(folder)/cases.csv", "\(folder)/out.csv")
      #expect(outcome.predicted == 40 && outcome.leftOut == 0 && outcome.leftOutPath == nil)
      let table = try CSVTable(path: "\(folder)/out.csv")
      #expect(table.columns == ["id", "decision", "probability", "logit"] && table.rowCount == 40)
      let predictor = try ShippedModel.predictor("phantom-words")
      let single = Predictor(predictor.model, folder: "m", kernels: ReferenceKernels())
      for row in 0..<5 {
        let alone = try single.predict(image: nil, text: ShippedModel.words[row])
        #expect(table[row, 0] == "c\(row)" && table[row, 1] == alone.label)
        let (probability, logit) = (
          try #require(Double(table[row, 2])), try #require(Double(table[row, 3]))
        )
        #expect(abs(probability - alone.answers[0].probability) < 1e-6)
        #expect(abs(logit - alone.answers[0].logit) < 1e-5)
      }
      #expect(try names(folder) == ["cases.csv", "out.csv"])
    }
  }

  @Test("A stopped prediction goes on, whatever was half-written, and ends with the same bytes")
  func resumes() async throws {
    try await withAsyncTemporaryFolder { folder in
      try ShippedModel.table(500, to: "\(folder)/cases.csv")
      // A case without a text in the first and in a later batch.
      let broken = try text("\(folder)/cases.csv")
        .replacing("c3,Opacity in the left lung.", with: "c3,")
        .replacing("c403,Opacity in the left lung.", with: "c403,")
      try broken.write(toFile: "\(folder)/cases.csv", atomically: true, encoding: .utf8)
      _ = try run("\(folder)/cases.csv", "\(folder)/whole.csv", skipsBad: true)
      let output = "\(folder)/out.csv"
      let stopped = Task {
        let progress = ProgressReporter { event in
          if case .stage(_, let done, _, _) = event, done >= 96 {
            withUnsafeCurrentTask { $0?.cancel() }
          }
        }
        return try run("\(folder)/cases.csv", output, skipsBad: true, progress: progress)
      }
      await #expect(throws: Interrupted.self) { _ = try await stopped.value }
      let state = try #require(try PredictionState(path: "\(output).partial.json"))
      #expect(state.done >= 96 && state.done < 500 && state.leftOut == 1)
      #expect(!FileManager.default.fileExists(atPath: output))
      // What a kill leaves: more than the state knows of.
      let handle = try #require(FileHandle(forWritingAtPath: "\(output).partial"))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("c96,abnor".utf8))
      try handle.close()
      let refused = errorText { _ = try run("\(folder)/cases.csv", output, skipsBad: true) }
      #expect(refused.contains("--resume"))
      let other = errorText { _ = try run("\(folder)/cases.csv", output, resumes: true) }
      #expect(other.contains("skip-bad (yes then, no now)"))
      let outcome = try run("\(folder)/cases.csv", output, resumes: true, skipsBad: true)
      #expect(outcome.predicted == 498 && outcome.leftOut == 2)
      #expect(try text(output) == text("\(folder)/whole.csv"))
      #expect(try text("\(folder)/out.left-out.csv") == text("\(folder)/whole.left-out.csv"))
      #expect(
        try names(folder) == [
          "cases.csv", "out.csv", "out.left-out.csv", "whole.csv", "whole.left-out.csv",
        ])
    }
  }

  @Test("A table that was changed since is not gone on with")
  func otherTable() async throws {
    try await withAsyncTemporaryFolder { folder in
      try ShippedModel.table(200, to: "\(folder)/cases.csv")
      let stopped = Task {
        let progress = ProgressReporter { _ in withUnsafeCurrentTask { $0?.cancel() } }
        return try run("\(folder)/cases.csv", "\(folder)/out.csv", progress: progress)
      }
      await #expect(throws: Interrupted.self) { _ = try await stopped.value }
      try ShippedModel.table(201, to: "\(folder)/cases.csv")
      let message = errorText {
        _ = try run("\(folder)/cases.csv", "\(folder)/out.csv", resumes: true)
      }
      #expect(message.contains("cases is another") && message.contains("(200 then, 201 now)"))
    }
  }

  @Test("A case that can't be used is named, or left out and listed with its place and reason")
  func badCases() throws {
    try withTemporaryFolder { folder in
      let table = "\(folder)/cases.csv"
      try "id,text\na,Large effusion.\nb,\na,Lungs are clear.\n,Clear.\ne,Clear lungs.\n"
        .write(toFile: table, atomically: true, encoding: .utf8)
      let message = errorText { _ = try run(table, "\(folder)/out.csv") }
      #expect(
        message.contains("cases.csv:4")
          && message.contains("the id \"a\" occurs twice, first at line 2"))
      #expect(message.contains("2 more of the same batch") && message.contains("--skip-bad"))
      for name in try names(folder) where name != "cases.csv" {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
      let outcome = try run(table, "\(folder)/out.csv", skipsBad: true)
      #expect(outcome.predicted == 2 && outcome.leftOut == 3)
      let left = try CSVTable(path: try #require(outcome.leftOutPath))
      #expect((0..<3).map { left[$0, 0] } == ["a", "", "b"])
      #expect(left[2, 1].hasSuffix("cases.csv:3") && left[2, 2].contains("lacks a text"))
      let written = try CSVTable(path: "\(folder)/out.csv")
      #expect((0..<2).map { written[$0, 0] } == ["a", "e"])
    }
  }

  @Test("The images of a folder are cases by their names, and other files are counted")
  func images() throws {
    try withTemporaryFolder { folder in
      let source = packageFile("weights/phantom-pair/golden")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/in", withIntermediateDirectories: true)
      for (index, name) in ["case10.png", "case2.png"].enumerated() {
        try FileManager.default.copyItem(
          atPath: "\(source)/case\(index + 1).png", toPath: "\(folder)/in/\(name)")
      }
      try Data("no picture".utf8).write(to: URL(fileURLWithPath: "\(folder)/in/broken.jpg"))
      try Data().write(to: URL(fileURLWithPath: "\(folder)/in/list.txt"))
      let progress = ProgressReporter(mode: .quiet, write: { _ in })
      let outcome = try PredictionRun(
        ShippedModel.predictor("phantom-net"), source: .images(in: "\(folder)/in"),
        output: "\(folder)/out.csv", skipsBad: true, options: [], kernels: ReferenceKernels(),
        progress: progress
      ).run(resumes: false)
      #expect(outcome.predicted == 2 && outcome.leftOut == 1)
      let written = try CSVTable(path: "\(folder)/out.csv")
      #expect((0..<2).map { written[$0, 0] } == ["case2.png", "case10.png"])
      #expect(
        progress.notes.contains { $0.contains("1 of its entries are no PNG, JPEG or DICOM files") })
      let model = try ShippedModel.predictor("phantom-net")
      let alone = try Predictor(model.model, folder: "m", kernels: ReferenceKernels())
        .predict(image: "\(source)/case2.png", text: nil)
      let logit = try #require(Double(written[0, 3]))
      #expect(abs(logit - alone.answers[0].logit) < 1e-4)
    }
  }
}
