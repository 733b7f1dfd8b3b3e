import Basics
import Datasets
import Foundation
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("The folder of a run")
struct RunFolderTests {
  private let quiet = ProgressReporter(mode: .quiet) { _ in }
  private let set = CaseSet(
    name: "four",
    cases: (0..<12).map {
      Case(id: "c\($0)", imagePath: "c\($0).png", label: $0 % 2 == 0 ? "a" : "b", source: Place())
    })
  private let plan = FoldPlan(kind: .folds(count: 2, repeats: 1), validationFraction: 0, seed: 1)

  private func place(
    _ folder: String, skipsBad: Bool = false, kernels: String = "native"
  ) -> RunFolder {
    RunFolder(
      path: folder, specificationName: "study.json", specification: ["name": "x"],
      environment: [("kernels", kernels)]
        + RunFolder.options(skipsBad: skipsBad)
        + [("/w/a.safetensors", String(repeating: "0", count: 64))])
  }

  private func begin(_ place: RunFolder) throws {
    try place.check(resumes: false)
    try place.begin(try plan.splits(of: set), of: set, DataDigest(set))
  }

  private func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  @Test("A check writes nothing; what a stopped beginning left is no hindrance, other files are")
  func free() throws {
    try withTemporaryFolder { folder in
      let place = place("\(folder)/run")
      try place.check(resumes: false)
      #expect(names(folder).isEmpty)
      try AtomicFile.makeFolder("\(folder)/run")
      try place.check(resumes: false)
      try AtomicFile.write("split,subset,id\n", to: "\(folder)/run/folds.csv")
      try begin(place)
      #expect(place.isBegun)
      #expect(
        names("\(folder)/run") == ["data-digest.csv", "folds.csv", "run.json", "study.json"])
      let other = self.place("\(folder)/other")
      try AtomicFile.makeFolder("\(folder)/other")
      try AtomicFile.write("mine", to: "\(folder)/other/letter.txt")
      let text = errorText { try other.check(resumes: false) }
      #expect(text.contains("something else is already there: letter.txt"), "\(text)")
      try AtomicFile.write("mine", to: "\(folder)/file")
      #expect(
        errorText { try self.place("\(folder)/file").check(resumes: false) }.contains("is a file"))
    }
  }

  @Test("What differs on the machine or on the command line is named")
  func environment() throws {
    try withTemporaryFolder { folder in
      try begin(place(folder))
      #expect(errorText { try place(folder).check(resumes: false) }.contains("already there"))
      try place(folder).check(resumes: true)
      #expect(
        errorText { try place(folder, skipsBad: true).check(resumes: true) }
          .contains("option skip-bad (no then, yes now)"))
      #expect(
        errorText { try place(folder, kernels: "reference").check(resumes: true) }
          .contains("kernels (native then, reference now)"))
      // A run of a version that did not note options.
      try AtomicFile.write(
        "{\"kernels\": \"native\", \"/w/a.safetensors\": \"\(String(repeating: "1", count: 64))\"}",
        to: "\(folder)/run.json")
      let text = errorText { try place(folder).check(resumes: true) }
      #expect(text.contains("/w/a.safetensors is another file"), "\(text)")
      #expect(!text.contains("skip-bad"), "\(text)")
    }
  }

  @Test("A run whose kernels were named by their library goes on with the same, not with others")
  func formerKernels() throws {
    try withTemporaryFolder { folder in
      for (then, now, isSame) in [
        ("onednn", "native over oneDNN", true), ("openblas-bf16", "reference, bf16", true),
        ("onednn", "native over reference", false), ("oneDNN", "native over oneDNN", false),
        ("openblas", "native over reference", false),
      ] {
        let run = "\(folder)/\(then) \(now)"
        try begin(place(run, kernels: then))
        let text = errorText { try place(run, kernels: now).check(resumes: true) }
        #expect(text.isEmpty == isSame, "\(then), \(now): \(text)")
      }
    }
  }

  @Test("A run without a digest goes on, and that is said; splits without pictures go on, too")
  func older() throws {
    try withTemporaryFolder { folder in
      let place = place(folder)
      try begin(place)
      try FileManager.default.removeItem(atPath: "\(folder)/data-digest.csv")
      try place.check(DataDigest(set), of: set, progress: quiet)
      #expect(quiet.notes.count == 1 && quiet.notes[0].contains("kept no digest"))
      let shown = set.with(
        pictures: set.cases.indices.map { CasePicture(file: "f\($0)", shared: "s\($0 / 4)") })
      let splits = try place.splits(of: shown, progress: quiet) {
        try ($0 ? plan : plan.withoutPictures).splits(of: shown)
      }
      #expect(try splits == plan.splits(of: set))
      #expect(quiet.notes.count == 2 && quiet.notes[1].contains("equal pictures"))
      try place.begin(splits, of: shown, DataDigest(shown))
      #expect(try DataDigest.read(folder: folder) == DataDigest(shown))
    }
  }

  @Test("A beginning that is refused before it left anything is taken away, another one is not")
  func withdrawn() throws {
    try withTemporaryFolder { folder in
      let place = place(folder)
      try begin(place)
      #expect(throws: ZooError.self) {
        try place.running { throw ZooError(.badValue, "no vectors") }
      }
      #expect(names(folder).isEmpty)
      try begin(place)
      #expect(throws: Interrupted.self) { try place.running { throw Interrupted() } }
      #expect(place.isBegun)
      try AtomicFile.makeFolder("\(folder)/cells")
      #expect(throws: ZooError.self) {
        try place.running { throw ZooError(.badValue, "no vectors") }
      }
      #expect(place.isBegun)
    }
  }

  @Test("Files that were changed, and other inputs, are named")
  func digests() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.makeFolder("\(folder)/model")
      try AtomicFile.write("weights", to: "\(folder)/model/a")
      try AtomicFile.write("scores", to: "\(folder)/b")
      #expect(try FileDigests.read(folder: folder) == nil)
      let digests = try FileDigests(
        of: ["model/a", "b"], in: folder, inputs: ["folds": "1", "study": "2"])
      try digests.write(to: folder)
      #expect(try FileDigests.read(folder: folder) == digests)
      // Old enough to be remembered.
      usleep(100_000)
      #expect(try digests.damage(in: folder) == nil)
      try FileDigests.check(folder: folder)
      // In place, of the same size.
      let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/b"))
      try handle.write(contentsOf: Data("scoreS".utf8))
      try handle.close()
      #expect(try digests.damage(in: folder) == "b is not what was written: its SHA-256 differs")
      try AtomicFile.write("scores", to: "\(folder)/b")
      #expect(try digests.damage(in: folder) == nil)
      try AtomicFile.write("weighty", to: "\(folder)/model/a")
      #expect(
        try digests.damage(in: folder) == "model/a is not what was written: its SHA-256 differs")
      #expect(errorText { try FileDigests.check(folder: folder) }.contains("model/a is not what"))
      try FileManager.default.removeItem(atPath: "\(folder)/model/a")
      #expect(try digests.damage(in: folder)?.hasPrefix("model/a: no such file") == true)
      #expect(digests.foreignInput(["folds": "1", "study": "2"]) == nil)
      #expect(
        digests.foreignInput(["folds": "3", "study": "2"])
          == "it was made from other inputs: folds")
    }
  }
}
