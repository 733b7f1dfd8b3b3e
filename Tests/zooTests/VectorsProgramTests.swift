import Basics
import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program and word vectors", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct VectorsProgramTests {
  private static let glove = """
    the 1.0 0.0 0.0
    lungs 0.0 1.0 0.5
    . . . 3.0 2.0 1.0
    lung 0.0 1.0 0.25
    clear -1.0 0.0 0.0

    """

  private func run(_ arguments: [String], environment: [String: String] = [:]) throws
    -> ProgramRunner.Outcome
  {
    try ProgramRunner.run(arguments, environment: environment)
  }

  private func withFile(_ body: (_ folder: String, _ path: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(Self.glove, to: "\(folder)/glove.txt")
      try body(folder, "\(folder)/glove.txt")
    }
  }

  @Test("inspect tells format, words, dimension and first words, and what a list finds")
  func inspect() throws {
    try withFile { folder, path in
      let plain = try run(["vectors", "inspect", path])
      #expect(
        plain.output == """
          GloVe text: 5 words of 3 numbers
          1 words contain spaces
          first words: the, lungs, . . ., lung, clear

          """)
      try AtomicFile.write("lung\nthe\nheart\nthe\n", to: "\(folder)/words")
      let listed = try run(["vectors", "inspect", path, "--words", "\(folder)/words", "--json"])
      var json = try JSONValue.parse(Data(listed.output.utf8), path: "output").object()
      #expect(try json.string("format") == "glove")
      #expect(try json.required("words").integer() == 5)
      #expect(try json.required("dimension").integer() == 3)
      #expect(try json.required("listed").integer() == 3)
      #expect(try json.required("found").integer() == 2)
      #expect(try json.strings("firstWords")?.count == 5)
    }
  }

  @Test("nearest lists by cosine; an unknown word is refused with the nearest spelling")
  func nearest() throws {
    try withFile { _, path in
      let found = try run(["vectors", "nearest", path, "lungs", "the", "--count", "1"])
      #expect(found.output == "lungs\n   0.9762  lung\nthe\n   0.8018  . . .\n")
      let wrong = try run(["vectors", "nearest", path, "lnugs"])
      #expect(wrong.status == 1)
      #expect(
        wrong.error == "zoo: \(path): the word \"lnugs\" has no vector\n  Did you mean \"lungs\"?\n"
      )
      #expect(wrong.output.isEmpty)
    }
  }

  @Test("convert goes through every format and back without a changed bit, and overwrites nothing")
  func convert() throws {
    try withFile { folder, path in
      var from = path
      for (index, format) in ["word2vec-binary", "word2vec-text", "glove"].enumerated() {
        let to = "\(folder)/\(index)"
        let done = try run([
          "vectors", "convert", from, to, "--format", format, "--skip-bad",
        ])
        #expect(done.status == 0, "\(done.error)")
        #expect(done.output.contains("left out") == (index == 0))
        from = to
      }
      let kept = Self.glove.replacing(". . . 3.0 2.0 1.0\n", with: "")
      #expect(try String(contentsOfFile: from, encoding: .utf8) == kept)
      let again = try run(["vectors", "convert", path, from, "--format", "glove"])
      #expect(again.status == 1)
      #expect(again.error.contains("the file is already there"))
      let bad = try run(["vectors", "convert", path, "\(folder)/bad"])
      #expect(bad.status == 1)
      #expect(bad.error.contains("\". . .\") contains a space"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
      try AtomicFile.write("lung\nclear\n", to: "\(folder)/words")
      let some = try run([
        "vectors", "convert", path, "\(folder)/some", "--words", "\(folder)/words",
      ])
      #expect(some.status == 0, "\(some.error)")
      #expect(
        try String(contentsOfFile: "\(folder)/some", encoding: .utf8)
          == "2 3\nlung 0.0 1.0 0.25\nclear -1.0 0.0 0.0\n")
    }
  }

  @Test("A study takes a vector set by name, and the model's vectors come out as they were trained")
  func study() throws {
    try withTemporaryFolder { folder in
      let zip = ArchiveBuilder.zip([("tiny.3d.txt", Data(Self.glove.utf8))])
      let cache = "\(folder)/cache/encoderzoo/weights"
      let environment = try registry(holding: zip, in: folder)
      let rows = (0..<24).map {
        "\($0 % 2 == 0 ? "The lungs are clear" : "The lung is not clear"),\($0 % 2 == 0 ? "n" : "a")"
      }
      try AtomicFile.write(
        "text,label\n" + rows.joined(separator: "\n") + "\n", to: "\(folder)/cases.csv")
      try AtomicFile.write(
        """
        {"schema": 1, "name": "s", "data": {"format": "csv", "path": "cases.csv",
           "columns": {"text": "text", "label": "label"}, "labels": ["n", "a"]},
         "folds": {"kind": "k-fold", "count": 3, "groupByText": false},
         "text": {"encoder": "glove", "vectors": "tiny-3d", "options": {"freezeEmbedding": true,
           "filters": 2, "kernels": [2]}, "training": {"epochs": 1}}}
        """, to: "\(folder)/study.json")
      let arguments = ["train", "\(folder)/study.json", "--output", "\(folder)/model"]
      let lacking = try run(arguments, environment: environment)
      #expect(lacking.status == 1)
      #expect(lacking.error.contains("get it by: zoo weights fetch tiny-3d"), "\(lacking.error)")
      #expect(lacking.error.contains("text.vectors"), "\(lacking.error)")
      try AtomicFile.makeFolder(cache)
      try AtomicFile.write(zip, to: "\(cache)/tiny.zip")
      let trained = try run(arguments, environment: environment)
      #expect(trained.status == 0, "\(trained.error)")
      #expect(trained.error.contains("cover 4 of the vocabulary's 7 words"), "\(trained.error)")
      #expect(try readFile("\(cache)/tiny.3d.txt") == Data(Self.glove.utf8))
      let listed = try run(["list", "--weights"], environment: environment)
      #expect(listed.output.contains("\(cache)/tiny.3d.txt"))
      let fetched = try run(["weights", "fetch", "tiny-3d"], environment: environment)
      #expect(fetched.output == "\(cache)/tiny.3d.txt\n", "\(fetched.error)")
      // What it started from need not stay.
      try FileManager.default.removeItem(atPath: cache)
      let exported = try run(
        [
          "vectors", "export", "\(folder)/model", "--output", "\(folder)/v.txt", "--format",
          "glove",
        ], environment: environment)
      #expect(exported.status == 0, "\(exported.error)")
      let lines = try String(contentsOfFile: "\(folder)/v.txt", encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count == 7)
      for line in Self.glove.split(separator: "\n") where !line.hasPrefix(".") {
        #expect(lines.contains(line))
      }
      let none = try run([
        "vectors", "export", folder, "--output", "\(folder)/w.txt",
      ])
      #expect(none.status == 1)
      #expect(none.error.contains("holds no model itself"))
    }
  }

  @Test("Of several words those that are there are listed, and every other is named")
  func nearestOfSeveral() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/v.txt"
      try AtomicFile.write("lung 1 0\nheart 0 1\nlungs 1 0.1\n", to: path)
      let outcome = try run(["vectors", "nearest", path, "lung", "hart", "heart", "lugn"])
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("lung\n") && outcome.output.contains("heart\n"))
      #expect(
        outcome.error.contains(
          "2 words have no vector: \"hart\" (near: \"heart\"), \"lugn\" (near: \"lung\")"),
        "\(outcome.error)")
      let one = try run(["vectors", "nearest", path, "lung", "hart", "--json"])
      #expect(one.status == 1 && one.output.contains("\"lungs\""))
      #expect(one.error.contains("the word \"hart\" has no vector"))
    }
  }

  /// A registry that knows a zip of word vectors, and the environment in which it is used.
  private func registry(holding zip: Data, in folder: String) throws -> [String: String] {
    try AtomicFile.write(zip, to: "\(folder)/tiny.zip")
    let sum = Process()
    sum.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    sum.arguments = ["\(folder)/tiny.zip"]
    let pipe = Pipe()
    sum.standardOutput = pipe
    try sum.run()
    let hash = String(
      decoding: pipe.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
    sum.waitUntilExit()
    try AtomicFile.write(
      """
      {"schema": 1, "encoders": [
         {"name": "glove", "modality": "text", "plugin": "GloVe"}], "fusionHeads": [{"name": "concat", "plugin": "FusionHeads"}],
       "vectorSets": [{"name": "tiny-3d", "url": "https://127.0.0.1:1/tiny.zip", "bytes": \(zip.count),
         "sha256": "\(hash)", "member": "tiny.3d.txt", "words": 5, "dimension": 3,
         "licences": {"code": "a", "weights": "b", "data": "c"}}]}
      """, to: "\(folder)/registry.json")
    return [
      "ENCODERZOO_REGISTRY": "\(folder)/registry.json", "XDG_CACHE_HOME": "\(folder)/cache",
    ]
  }
}
