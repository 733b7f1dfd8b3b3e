import Basics
import EncoderKit
import Foundation
import Images
import Ranks
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("The store of pictures")
struct ImageStoreTests {
  private func branch(_ more: String = "") throws -> ImageBranch {
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    return try ImageBranch(
      JSONValue.parse(
        Data("{\"encoder\": \"resnet18\", \"size\": 16, \"channels\": 1\(more)}".utf8)),
      registry: registry, defaults: TrainingSettings())
  }

  private func picture(_ seed: Int) -> PixelImage {
    PixelImage(
      width: 20, height: 18, channels: 1,
      pixels: (0..<360).map { UInt8(($0 * 7 + seed * 31) % 256) })
  }

  /// Writes pictures, each sample by `change`; their paths.
  private func write(_ folder: String, as change: (PixelImage) -> PixelImage = { $0 }) throws
    -> [String?]
  {
    try (0..<4).map { index in
      let path = "\(folder)/\(index).png"
      try change(picture(index)).savePNG(path: path)
      return path
    }
  }

  private func load(_ paths: [String?], _ branch: ImageBranch, memoryLimit: Int = 1 << 30)
    throws -> ImageStore
  {
    let (store, failures) = try ImageStore.load(
      paths, branch, memoryLimit: memoryLimit, progress: ProgressReporter(mode: .quiet))
    #expect(failures.isEmpty)
    return store
  }

  private func wide(_ image: PixelImage, times factor: UInt16 = 1) -> PixelImage {
    PixelImage(
      width: image.width, height: image.height, channels: 1,
      samples: image.pixels.map { UInt16($0) * factor })
  }

  @Test("A file that vanishes or changes while it is trained on stops the training by its name")
  func vanishes() throws {
    try withTemporaryFolder { folder in
      let paths = try write(folder)
      // Nothing is kept: every batch reads the files again.
      let store = try load(paths, try branch(), memoryLimit: 0)
      let first = try store.batch([0, 1, 2], augmentedBy: nil)
      #expect(try store.batch([0, 1, 2], augmentedBy: nil) == first)
      #expect(try load(paths, branch()).batch([0, 1, 2], augmentedBy: nil) == first)
      try picture(9).savePNG(path: "\(folder)/1.png")
      let changed = errorText { _ = try store.batch([1], augmentedBy: nil) }
      #expect(changed.contains("1.png: has changed since this run began"), "\(changed)")
      try FileManager.default.removeItem(atPath: "\(folder)/1.png")
      let gone = errorText { _ = try store.batch([1], augmentedBy: nil) }
      #expect(gone.contains("1.png: no such file"), "\(gone)")
      #expect(errorText { _ = try store.normalization(over: [1]) }.contains("1.png"))
      #expect(errorText { try store.forEachPicture { _ in } }.contains("1.png"))
      let source = BatchSource(images: store)
      let pipeline = BatchPipeline(count: 1) { _ in try source.batch([1], augmentedBy: nil) }
      #expect(errorText { _ = try pipeline.next() }.contains("1.png"))
      // Where there is no path, a black picture stands for it, as before.
      #expect(
        try load([nil], branch()).batch([0], augmentedBy: nil).allSatisfy { $0 == 0 })
    }
  }

  @Test(
    "Ranks that each read a part have the store of one process, in memory or beyond its limit",
    arguments: [1 << 30, 800, 0])
  func ranks(memoryLimit: Int) throws {
    try withTemporaryFolder { folder in
      // One of 16 bits, one without a file.
      var paths = try write(folder)
      try wide(picture(5), times: 16).savePNG(path: "\(folder)/wide.png")
      paths += [nil, "\(folder)/wide.png"]
      let branch = try branch()
      let alone = try load(paths, branch, memoryLimit: memoryLimit)
      let places = Array(paths.indices)
      let wanted = try alone.batch(places, augmentedBy: nil)
      for count in [2, 3, 8] {
        let (paths, ranksRead) = (paths, memoryLimit)
        let all = try RanksOfThreads.run(count) { ranks -> ImageStore in
          let (store, failures) = try ImageStore.load(
            paths, branch, memoryLimit: ranksRead, sharedBy: ranks,
            progress: ProgressReporter(mode: .quiet))
          #expect(failures.isEmpty)
          #expect(
            try store.normalization(over: [0, 2, 3, 4, 5])
              == alone.normalization(over: [0, 2, 3, 4, 5]))
          return store
        }
        for store in all {
          #expect(store.fingerprints == alone.fingerprints)
          #expect(store.notes(of: branch) == alone.notes(of: branch))
          #expect(try store.batch(places, augmentedBy: nil) == wanted)
        }
      }
    }
  }

  @Test(
    "A picture that one rank can't read is told to all, with the rank; where all fit, no file is read again"
  )
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let paths = try write(folder)
      try Data("no picture".utf8).write(to: URL(fileURLWithPath: "\(folder)/3.png"))
      let branch = try branch()
      let all = try RanksOfThreads.run(2) { ranks in
        let loaded = try ImageStore.load(
          paths, branch, sharedBy: ranks, progress: ProgressReporter(mode: .quiet))
        _ = ranks.gather([])
        if ranks.isFirst {
          for path in paths.compactMap(\.self) { try FileManager.default.removeItem(atPath: path) }
        }
        _ = ranks.gather([])
        return loaded
      }
      for (store, failures) in all {
        #expect(failures.map(\.index) == [3])
        let error = try #require(failures.first?.error)
        #expect(error.place?.path == "\(folder)/3.png")
        #expect(error.message.contains("(rank 1 on "), "\(error)")
        #expect(try store.keeping([0, 1, 2]).batch([0, 1, 2], augmentedBy: nil).count == 3 * 256)
      }
    }
  }

  @Test("Pictures of 0…255 in 16 bits train as those of 8 bits: same pixels, statistics, batches")
  func lowSamples() throws {
    try withTemporaryFolder { folder in
      let plain = try load(try write(folder), try branch())
      try AtomicFile.makeFolder("\(folder)/wide")
      let low = try load(try write("\(folder)/wide") { wide($0) }, try branch())
      let fitted = try low.fitted(branch(), over: [0, 1])
      #expect(fitted.pixels.bits == 8 && fitted.json.text().contains("\"bits\": 8"))
      let expected = try plain.fitted(branch(), over: [0, 1])
      #expect(expected.pixels.bits == nil && !expected.json.text().contains("bits"))
      let (found, wanted) = (
        try #require(fitted.pixels.normalization), try #require(expected.pixels.normalization)
      )
      #expect(abs(found.mean[0] - wanted.mean[0]) < 1e-6)
      #expect(abs(found.deviation[0] - wanted.deviation[0]) < 1e-6)
      var same = expected
      same.pixels.bits = 8
      let random = RandomStream(seed: 3)
      #expect(
        try low.with(same).batch([0, 1, 2, 3], augmentedBy: random)
          == plain.with(expected).batch([0, 1, 2, 3], augmentedBy: random))
      let note = try #require(low.notes(of: try branch()).first)
      #expect(note.hasPrefix("4 of 4 pictures are 16-bit with values up to 255; read by 8 bits"))
      // Beyond the memory's limit, too.
      let streamed = try load(
        (0..<4).map { "\(folder)/wide/\($0).png" }, try branch(), memoryLimit: 0)
      #expect(
        try streamed.with(same).batch([2], augmentedBy: nil)
          == low.with(same).batch([2], augmentedBy: nil))
    }
  }

  @Test(
    "The rule looks at all pictures, a specification's bits come first, and a saved model keeps them"
  )
  func rule() throws {
    try withTemporaryFolder { folder in
      let paths = try write(folder) { wide($0, times: 16) }
      #expect(try load(paths, branch()).fitted(branch(), over: [0]).pixels.bits == 12)
      let given = try branch(", \"bits\": 14")
      let store = try load(paths, given)
      #expect(try store.fitted(given, over: [0]).pixels.bits == 14)
      #expect(
        store.notes(of: given)[0].contains("read by 14 bits (16383 is white), as is asked for"))
      let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
      let saved = try ImageBranch(
        given.json, registry: registry, defaults: TrainingSettings(), isSaved: true)
      #expect(saved.pixels.bits == 14)
      #expect(errorText { _ = try branch(", \"bits\": 7") }.contains("bits"))
    }
  }

  @Test(
    "One picture of 16 bits is read as the model was trained; where nobody knows, it is refused")
  func single() throws {
    try withTemporaryFolder { folder in
      let (low, full, twelve) = (
        "\(folder)/low.png", "\(folder)/full.png", "\(folder)/twelve.png"
      )
      try wide(picture(1)).savePNG(path: low)
      try wide(picture(1), times: 257).savePNG(path: full)
      try wide(picture(1), times: 16).savePNG(path: twelve)
      let plain = try branch()
      let text = errorText { _ = try plain.read(low) }
      #expect(text.contains("low.png: is 16-bit with values up to 25"), "\(text)")
      #expect(text.contains("--bits 8 takes 255 for white"), "\(text)")
      let expected = plain.preprocessing.fitted(picture(1)).floats()
      let whole = try plain.read(full)
      #expect(zip(whole.seen.floats(), expected).allSatisfy { abs($0 - $1) < 5e-3 })
      #expect(whole.bits == 16)
      var eight = plain
      eight.pixels.bits = 8
      #expect(try eight.read(low).seen.floats() == expected)
      let clipped = try eight.read(twelve)
      #expect(clipped.seen.floats().max() == 1)
      #expect(clipped.notes(twelve).contains { $0.contains("holds values above 255") })
      var sixteen = plain
      sixteen.pixels.bits = 16
      #expect(try sixteen.read(low).notes(low).contains { $0.hasPrefix("low.png is black") })
    }
  }
}
