import Basics
import Bundles
import Foundation
import TestSupport
import Testing

@Suite(
  "The program takes texts", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct TextProgramTests {
  private static let report = "There is a large pleural effusion. Opacity in the left lung."

  /// Writes a table of texts and a specification over it; the path of that.
  private func study(
    _ folder: String, _ texts: [(text: String, label: String)], options: String = "",
    more: String = "", data: String = ""
  ) throws -> String {
    let rows = texts.enumerated().map { "\($0.offset),\"\($0.element.text)\",\($0.element.label)" }
    try AtomicFile.write(
      (["id,text,label"] + rows).joined(separator: "\n") + "\n", to: "\(folder)/cases.csv")
    try AtomicFile.write(
      """
      {"schema": 1, "name": "texts", "seed": 3,
       "data": {"format": "csv", "path": "cases.csv", \(data)
         "columns": {"id": "id", "text": "text", "label": "label"}, "labels": ["normal", "abnormal"]},
       "folds": {"kind": "k-fold", "count": 2, "validation": 0.2}, \(more)
       "text": {"name": "words", "encoder": "word2vec",
         "options": {"dimension": 8, "epochs": 1, "filters": 4, "minimumCount": 1 \(options)},
         "training": {"epochs": 1, "batchSize": 8}}}
      """, to: "\(folder)/study.json")
    return "\(folder)/study.json"
  }

  @Test("A report is a string or a file, and a path in place of a string is refused")
  func paths() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/report.txt"
      try AtomicFile.write(Self.report + "\n", to: path)
      let text = try ProgramRunner.succeed(["predict", "phantom-words", "--text", Self.report])
      let file = try ProgramRunner.succeed(["predict", "phantom-words", "--text-file", path])
      #expect(text == file)
      for (given, part) in [(path, "is a path"), ("no/such/report.txt", "looks like a path")] {
        for command in [["predict"], ["explain", "--output", "\(folder)/why"]] {
          let refused = try ProgramRunner.run(command + ["phantom-words", "--text", given])
          #expect(refused.status == 2, "\(refused.error)")
          #expect(refused.error.contains(part) && refused.error.contains("--text-file \(given)"))
        }
      }
      let image = packageFile("weights/phantom-pair/golden/case1.png")
      let pair = ["predict", "phantom-pair", "--image", image]
      #expect(
        try ProgramRunner.succeed(pair + ["--text", Self.report])
          == ProgramRunner.succeed(pair + ["--text-file", path]))
      #expect(try ProgramRunner.run(pair + ["--text", path]).status == 2)
    }
  }

  @Test("Texts without words that the model knows are said, and those that are known are not")
  func unknown() throws {
    for (text, part) in [
      ("Pleuraerguss links", "knows none of the text's 2 words"), ("", "holds no word"),
    ] {
      let done = try ProgramRunner.run(["predict", "phantom-words", "--text", text])
      #expect(done.status == 0 && done.error.contains("note: "), "\(done.error)")
      #expect(done.error.contains(part), "\(done.error)")
    }
    let known = try ProgramRunner.run(["predict", "phantom-words", "--text", Self.report])
    #expect(known.error == "")
  }

  @Test(
    "Texts longer than what is read are counted once, in the report too, and in predict and words")
  func long() throws {
    try withTemporaryFolder { folder in
      let filler = String(repeating: "two views of the chest were obtained ", count: 4)
      let study = try study(
        folder,
        (0..<24).map { index in
          let isLong = index % 4 != 0
          return (
            (isLong ? filler : "") + (index % 2 == 0 ? "clear lungs" : "large mass") + " \(index)",
            index % 2 == 0 ? "normal" : "abnormal"
          )
        }, options: ", \"maximumWords\": 20")
      let run = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run", "--quiet"])
      #expect(run.status == 0, "\(run.error)")
      let note = "words reads the first 20 words of a text: 18 of the 24 texts are longer"
      #expect(run.error.components(separatedBy: note).count == 2, "\(run.error)")
      #expect(run.error.contains("\"maximumWords\""))
      #expect(
        try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8).contains(note))
      let trained = try ProgramRunner.run([
        "train", study, "--output", "\(folder)/model", "--quiet",
      ])
      #expect(trained.error.contains(note), "\(trained.error)")
      let one = try ProgramRunner.run([
        "predict", "\(folder)/model", "--text", filler + "large mass",
      ])
      #expect(one.error.contains("the first 20 of the text's 30 words"), "\(one.error)")
      let words = try ProgramRunner.run([
        "words", "\(folder)/model", "--study", study, "--output", "\(folder)/words", "--nodes", "2",
        "--draws", "1", "--quiet",
      ])
      #expect(words.status == 0 && words.error.contains(note), "\(words.error)")
      #expect(
        try String(contentsOfFile: "\(folder)/words/words.html", encoding: .utf8).contains(note))
      let pages = try ProgramRunner.run([
        "explain", "\(folder)/run", "--study", study, "--output", "\(folder)/pages", "--nodes", "2",
        "--maximum-nodes", "2", "--quiet",
      ])
      #expect(pages.status == 0 && pages.error.contains(note), "\(pages.error)")
      #expect(!pages.output.contains(note))
    }
  }

  @Test(
    "Chinese reports: characters are words, a new clause is known, the card says zh, golden texts hold words"
  )
  func chinese() throws {
    try withTemporaryFolder { folder in
      let normal = ["心影大小正常", "双肺野清晰", "未见胸腔积液"]
      let abnormal = ["右下肺见大片实变影", "左肺见结节影"]
      let texts = (0..<24).map { index in
        index % 2 == 0
          ? ("\(normal[index % 3])，\(normal[(index / 2) % 3])。\(index)", "normal")
          : ("\(abnormal[(index / 2) % 2])，\(normal[index % 3])。\(index)", "abnormal")
      }
      let study = try study(folder, texts)
      let trained = try ProgramRunner.run([
        "train", study, "--output", "\(folder)/model", "--quiet",
      ])
      #expect(trained.status == 0, "\(trained.error)")
      #expect(
        trained.error.contains("24 of the 24 texts hold Chinese characters"), "\(trained.error)")
      // A clause that no training text has, of characters that they have.
      let known = try ProgramRunner.run(["predict", "\(folder)/model", "--text", "右肺见结节影"])
      #expect(known.status == 0 && known.error == "", "\(known.error)")
      let bundle = [
        "bundle", "create", "\(folder)/model", "--licence", "CC-BY-4.0", "--data-terms", "private",
      ]
      try ProgramRunner.succeed(bundle + ["--name", "zh@1.0.0", "--output", "\(folder)/zh"])
      let card = try String(contentsOfFile: "\(folder)/zh/README.md", encoding: .utf8)
      #expect(card.contains("\nlanguage: zh\n"))
      let golden = try goldenTexts("\(folder)/zh")
      #expect(golden.count == 2 && golden[0] != golden[1] && !golden.contains(""), "\(golden)")
      for text in golden {
        let done = try ProgramRunner.run(["predict", "\(folder)/zh", "--text", text])
        #expect(done.error == "", "\(text): \(done.error)")
      }
      try ProgramRunner.succeed(["bundle", "verify", "\(folder)/zh"])

      // As a model from before: no key, and a run of characters is a word again.
      let path = "\(folder)/model/model.json"
      let old = try String(contentsOfFile: path, encoding: .utf8)
        .replacingOccurrences(of: ",\n    \"unspaced\": \"characters\"", with: "")
      #expect(!old.contains("unspaced"))
      try AtomicFile.write(old, to: path)
      try FileManager.default.removeItem(atPath: "\(folder)/model/digests.json")
      let before = try ProgramRunner.run(["predict", "\(folder)/model", "--text", "右肺见结节影"])
      #expect(before.error.contains("knows none of the text's 1 word"), "\(before.error)")
    }
  }

  @Test(
    "A card names the language that the study or an option says, and guesses none for Latin letters"
  )
  func language() throws {
    try withTemporaryFolder { folder in
      let texts = (0..<16).map { index in
        index % 2 == 0
          ? ("Das Herz ist normal groß. Nr. \(index)", "normal")
          : ("Große Verschattung rechts. Nr. \(index)", "abnormal")
      }
      for (name, data, option, line) in [
        ("none", "", [], nil), ("study", "\"language\": \"de\",", [], "language: de"),
        ("option", "\"language\": \"de\",", ["--language", "de-AT"], "language: de-AT"),
      ] as [(String, String, [String], String?)] {
        let study = try study(folder, texts, data: data)
        let model = "\(folder)/model-\(name)"
        try ProgramRunner.succeed(["train", study, "--output", model, "--quiet"])
        try ProgramRunner.succeed(
          [
            "bundle", "create", model, "--name", "\(name)@1.0.0", "--licence", "CC0-1.0",
            "--data-terms", "private", "--output", "\(folder)/\(name)",
          ] + option)
        let card = try String(contentsOfFile: "\(folder)/\(name)/README.md", encoding: .utf8)
        let found = card.split(separator: "\n").filter { $0.hasPrefix("language:") }
        #expect(found.map(String.init) == (line.map { [$0] } ?? []))
        #expect(try goldenTexts("\(folder)/\(name)").allSatisfy { !$0.isEmpty })
      }
    }
  }

  @Test("A run whose models cut Chinese texts otherwise is not gone on with")
  func resumed() throws {
    try withTemporaryFolder { folder in
      let study = try study(
        folder, (0..<16).map { ("双肺野清晰\($0)", $0 % 2 == 0 ? "normal" : "abnormal") })
      let compare = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      try ProgramRunner.succeed(compare)
      try ProgramRunner.succeed(compare + ["--resume"])
      let path = "\(folder)/run/cells/r1f1/words/model/model.json"
      let old = try String(contentsOfFile: path, encoding: .utf8)
        .replacingOccurrences(of: "\"characters\"", with: "\"runs\"")
      try AtomicFile.write(old, to: path)
      let refused = try ProgramRunner.run(compare + ["--resume"])
      #expect(refused.status == 1, "\(refused.output)")
      #expect(refused.error.contains("cut into other words"), "\(refused.error)")
    }
  }

  private func goldenTexts(_ bundle: String) throws -> [String] {
    var root = try JSONValue.parse(contentsOf: "\(bundle)/golden.json").object()
    return try root.required("cases").array().map { value in
      var object = try value.object()
      return try object.string("text")
    }
  }
}
