import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Synchronization
import TestSupport
import Testing
import WeightFiles

@testable import Training

@Suite("Features of frozen encoders are written as they come")
struct FeatureSheetTests {
  /// A row that tells its view and its place.
  private static func row(_ view: Int, _ row: Int) -> [Float] {
    (0..<3).map { Float(view * 1000 + row * 10 + $0) }
  }

  private static func put(_ steps: Range<Int>, into sheet: FeatureSheet) throws {
    for step in steps {
      // Two views of seven rows, the last first; a step is a row.
      let (view, place) = (step / 7, 6 - step % 7)
      try sheet.put(row(view, place), view: view, row: place)
      try sheet.advance()
    }
  }

  private static func plan(rows: Int = 7) -> FeatureSheet.Plan {
    FeatureSheet.Plan(views: 2, rows: rows, width: 3, steps: 2 * rows)
  }

  private static func check(_ views: [FeatureRows]) throws {
    #expect(views.count == 2)
    for (view, rows) in views.enumerated() {
      #expect(rows.count == 7 && rows.width == 3)
      #expect(try rows.values(0..<7) == (0..<7).flatMap { row(view, $0) })
      #expect(try rows.row(4) == row(view, 4))
    }
  }

  @Test("What a stopped run had done is gone on with, and the file is the same")
  func resumes() throws {
    try withTemporaryFolder { folder in
      let (whole, parts) = ("\(folder)/whole.safetensors", "\(folder)/parts.safetensors")
      func sheet(_ path: String, rows: Int = 7) throws -> FeatureSheet {
        FeatureSheet(try #require(PartialFeatures(path: path, Self.plan(rows: rows))))
      }
      let once = try sheet(whole)
      try Self.put(0..<14, into: once)
      try Self.check(try once.finished())

      let first = try sheet(parts)
      #expect(first.done == 0)
      try Self.put(0..<9, into: first)
      first.suspend()
      let second = try sheet(parts)
      #expect(second.done == 9)
      // Not noted: a run that is killed does these again.
      try Self.put(9..<11, into: second)
      let third = try sheet(parts)
      #expect(third.done == 9)
      try Self.put(9..<14, into: third)
      try Self.check(try third.finished())
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["parts.safetensors", "whole.safetensors"])
      #expect(try readFile(parts) == readFile(whole))
      let kept = try #require(PartialFeatures.kept(parts, views: 2, rows: 7))
      #expect(kept.width == 3)
      try Self.check(kept.rows)
      #expect(PartialFeatures.kept(parts, views: 2, rows: 8) == nil)

      // One of another size, or of another program, is none.
      let small = try sheet(parts, rows: 6)
      try small.advance(by: 2)
      small.suspend()
      #expect(try sheet(parts, rows: 6).done == 2)
      #expect(try sheet(parts).done == 0)
      try Data(repeating: 7, count: readFile("\(parts).part").count)
        .write(to: URL(fileURLWithPath: "\(parts).part"))
      #expect(try sheet(parts).done == 0)
      // More steps than there are.
      try sheet(parts).advance(by: 15)
      let many = try sheet(parts)
      try many.advance(by: 15)
      many.suspend()
      #expect(try sheet(parts).done == 0)
    }
  }

  @Test(
    "One that was stopped on the way to its place is moved there; another process may be there first"
  )
  func moved() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      func sheet() throws -> FeatureSheet {
        FeatureSheet(try #require(PartialFeatures(path: path, Self.plan())))
      }
      let (first, second) = (try sheet(), try sheet())
      try Self.put(0..<14, into: first)
      try Self.put(0..<3, into: second)
      try Self.check(try first.finished())
      let whole = try readFile(path)
      // It writes into the same file, whose header stays.
      second.suspend()
      #expect(try readFile(path) == whole)
      try Self.put(3..<14, into: second)
      try Self.check(try second.finished())
      #expect(try readFile(path) == whole)

      try FileManager.default.moveItem(atPath: path, toPath: "\(path).part")
      #expect(PartialFeatures.kept(path, views: 2, rows: 7) == nil)
      let kept = try #require(PartialFeatures.kept(path, views: 2, rows: 7, isLocked: true))
      try Self.check(kept.rows)
      #expect(try readFile(path) == whole)
    }
  }

  @Test("What can't be written to a folder stays in memory; what nobody goes on with is removed")
  func folders() throws {
    try withTemporaryFolder { folder in
      #expect(PartialFeatures(path: "\(folder)/none/a.safetensors", Self.plan()) == nil)
      let memory = FeatureSheet(Self.plan())
      try Self.put(0..<14, into: memory)
      try Self.check(try memory.finished())

      for (name, days) in [("old", 31), ("new", 29)] {
        let part = "\(folder)/\(name).safetensors.part"
        try Data([1]).write(to: URL(fileURLWithPath: part))
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -Double(days) * 24 * 3600)],
          ofItemAtPath: part)
      }
      let sheet = FeatureSheet(
        try #require(PartialFeatures(path: "\(folder)/a.safetensors", Self.plan())))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["a.safetensors.part", "new.safetensors.part"])
      // A folder in its place: the file can't be moved there, and is not taken for features.
      try Self.put(0..<14, into: sheet)
      try FileManager.default.createDirectory(
        atPath: "\(folder)/a.safetensors", withIntermediateDirectories: false)
      #expect(throws: ZooError.self) { try sheet.finished() }
    }
  }

  @Test("Rows of a large file are read as they are asked for; one that is cut short is an error")
  func fromFile() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      try TensorFile.writeRows("features", count: 7, metadata: ["who": "me"], to: path) { put in
        try put((0..<4).map { Self.row(1, $0) })
        try put([])
        try put((4..<7).map { Self.row(1, $0) })
      }
      let written = try TensorFile.read(path: path)
      #expect(written.metadata == ["who": "me"])
      #expect(try written.floats("features") == (0..<7).flatMap { Self.row(1, $0) })
      let file = try OpenTensorFile(path: path)
      #expect(file.entries == written.entries && file.metadata == written.metadata)
      let entry = try #require(file.entry("features"))
      let (near, far) = (
        try FeatureRows(entry, of: file), try FeatureRows(entry, of: file, limit: 8)
      )
      #expect(try near.values([6, 0, 0]) == far.values([6, 0, 0]))
      #expect(try far.row(6) == Self.row(1, 6))
      #expect(truncate(path, off_t(entry.range.upperBound - 4)) == 0)
      let error = #expect(throws: ZooError.self) { try far.row(6) }
      #expect(error?.code == .badFormat && error?.description.contains("ends at byte") == true)
      #expect(try near.row(6) == Self.row(1, 6))
      #expect(throws: ZooError.self) { try OpenTensorFile(path: path) }
    }
  }

  @Test("No row is a file, too")
  func noRow() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      try TensorFile.writeRows("features", count: 0, to: path) { _ in }
      #expect(try TensorFile.read(path: path).entry("features")?.shape == [0, 0])
    }
  }

  @Test(
    "A stopped run over many cases is gone on with where it stopped",
    arguments: [BatchSource.Side.image, .text])
  func stopped(side: BatchSource.Side) async throws {
    try await withAsyncTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      let image = try RecipeScene.image()
      let text = try TinyBert.branch([("tokenizer", folder.json)])
      let encoder: UnimodalRecipe.Encoder = side == .image ? .image(image) : .text(text)
      func features(_ kept: String, _ progress: ProgressReporter) throws -> [[Float]] {
        let scene = try RecipeScene(
          folder, [image],
          cache: FeatureCache(folder: FeatureFolder(path: "\(folder)/\(kept)", environment: [])),
          progress: progress
        ) { cases, task in
          let few = cases
          for index in few.count..<150 {
            var item = few[index % few.count]
            item.id = "case\(index)"
            cases.append(item)
          }
          task = ClassificationTask(
            .binary, labels: ["normal", "abnormal"],
            targets: CaseTargets(cases.map { $0.label == "abnormal" ? 1 : 0 }))
        }
        var all: [[Float]] = []
        try scene.context.withFeatures(of: encoder, scene.split, title: "net") {
          indices, features in
          #expect(indices == Array(0..<150))
          try features { all += $0 }
        }
        return all
      }
      let wanted = try features("whole", ProgressReporter(mode: .quiet))
      // A file where the folder would be: all is in memory, which is said.
      try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
      let said = Mutex<[String]>([])
      let inMemory = ProgressReporter { event in
        if case .line(let text) = event { said.withLock { $0.append(text) } }
      }
      #expect(try features("file", inMemory) == wanted)
      #expect(
        said.withLock { $0 }.contains {
          $0.hasPrefix("net: these features can't be kept as they are made")
        })
      #expect(wanted.count == 150 && Set(wanted).count == 24)

      let stopping = ProgressReporter { event in
        guard case .stage(let name, let done, _, _) = event, name.contains("frozen"), done >= 64
        else { return }
        withUnsafeCurrentTask { $0?.cancel() }
      }
      let stopped = Task { try features("parts", stopping) }
      await #expect(throws: Interrupted.self) { try await stopped.value }
      let parts = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/parts")
      #expect(parts.count == 1 && parts[0].hasSuffix(".safetensors.part"))

      let lines = Mutex<[String]>([])
      let totals = Mutex<[Int]>([])
      let goingOn = ProgressReporter { event in
        switch event {
        case .line(let text): lines.withLock { $0.append(text) }
        case .stage(let name, 0, let total?, _) where name.contains("frozen"):
          totals.withLock { $0.append(total) }
        default: break
        }
      }
      #expect(try features("parts", goingOn) == wanted)
      #expect(
        lines.withLock { $0 }.contains(
          "net: goes on from what a stopped run had done of these features"))
      // Texts go by their length, 64 at a time, as pictures do by their places.
      #expect(totals.withLock { $0 } == [150 - 64])
      func only(_ kept: String) throws -> Data {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(kept)")
        #expect(files.count == 1)
        return try readFile("\(folder)/\(kept)/\(files[0])")
      }
      #expect(try only("parts") == only("whole"))
    }
  }
}
