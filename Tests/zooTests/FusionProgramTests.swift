import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program over fusion heads", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct FusionProgramTests {
  private static let heads = ["concat", "sum", "gated", "bilinear", "film", "attention", "late"]

  /// The small study under other fusion heads.
  private func prepare(_ folder: String, fusion: String) throws -> String {
    let study = try SmallStudy.prepare(folder)
    let text = try String(contentsOfFile: study, encoding: .utf8)
    let start = try #require(text.range(of: "\"fusion\":"))
    try (text[..<start.lowerBound] + "\"fusion\": \(fusion)}")
      .write(toFile: study, atomically: true, encoding: .utf8)
    return study
  }

  @Test("A study over every head, killed and resumed, ends with the same bytes")
  func everyHead() throws {
    try withTemporaryFolder { folder in
      let names = Self.heads.map { "\"\($0)\"" }.joined(separator: ", ")
      let study = try prepare(
        folder,
        fusion: """
          {"head": [\(names)], "hidden": 8, "views": 2, "training": {"epochs": 2},
           "fineTuning": {"epochs": 0}, "modalityDropout": 0.3}
          """)
      let whole = try ProgramRunner.run([
        "compare", study, "--output", "\(folder)/whole", "--quiet",
      ])
      #expect(whole.status == 0, "\(whole.error)")
      for head in Self.heads {
        #expect(whole.output.contains("net + words \(head), image only"), "\(whole.output)")
      }
      let broken = ["compare", study, "--output", "\(folder)/broken", "--quiet"]
      let killed = try ProgramRunner.run(broken) {
        FileManager.default.fileExists(
          atPath: "\(folder)/broken/cells/r1f1/net + words gated/model/vocabulary.txt")
      }
      #expect(killed)
      let resumed = try ProgramRunner.run(broken + ["--resume"])
      #expect(resumed.status == 0, "\(resumed.error)")
      let files =
        ["results.csv", "epochs.csv"]
        + Self.heads.map { "cells/r1f2/net + words \($0)/model/model.safetensors" }
        + ["cells/r1f1/net + words gated/model/model.safetensors"]
      for name in files {
        let wanted = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/\(name)"))
        let found = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/broken/\(name)"))
        #expect(wanted == found && wanted.count > 100, "\(name) differs")
      }
      let report = try String(contentsOfFile: "\(folder)/whole/report.html", encoding: .utf8)
      #expect(report.contains("When one side is missing"))
      #expect(report.contains("late: its weights were learnt on the validation subset"))
      let results = try String(contentsOfFile: "\(folder)/whole/results.csv", encoding: .utf8)
      #expect(results.contains("net + words film,r1f2,\"test, text only\",accuracy,"))
      try predictions(folder)
    }
  }

  private func predictions(_ folder: String) throws {
    let image = "\(folder)/sample/images/0001.png"
    for head in Self.heads {
      let model = "\(folder)/whole/cells/r1f1/net + words \(head)/model"
      var answers: [String] = []
      for more in [["--image", image], ["--text", "The lungs are clear."]] {
        let one = try ProgramRunner.run(["predict", model, "--json"] + more)
        #expect(one.status == 0, "\(one.error)")
        answers.append(one.output)
      }
      #expect(answers[0] != answers[1])
      let none = try ProgramRunner.run(["predict", model])
      #expect(none.status != 0 && none.error.contains("the model reads an image; none was given"))
    }
    let explained = try ProgramRunner.run([
      "explain", "\(folder)/whole/cells/r1f1/net + words attention/model", "--image", image,
      "--output", "\(folder)/why", "--nodes", "8",
    ])
    #expect(explained.status == 0, "\(explained.error)")
  }

  @Test(
    "A model without missing-modality embeddings refuses a case that lacks a side, and says what would do without"
  )
  func refused() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(
        folder,
        fusion: """
          {"head": "gated", "hidden": 0, "views": 1, "training": {"epochs": 1},
           "fineTuning": {"epochs": 1}}
          """)
      let trained = try ProgramRunner.run(["train", study, "--output", "\(folder)/model"])
      #expect(trained.status == 0, "\(trained.error)")
      let refused = try ProgramRunner.run([
        "predict", "\(folder)/model", "--image", "\(folder)/sample/images/0001.png",
      ])
      #expect(refused.status != 0)
      #expect(refused.error.contains("the model reads a text; none was given"), "\(refused.error)")
      #expect(refused.error.contains("\"missing\": \"learned\""), "\(refused.error)")
      let explained = try ProgramRunner.run([
        "explain", "\(folder)/model", "--text", "Large effusion.", "--output", "\(folder)/why",
      ])
      #expect(explained.status != 0 && explained.error.contains("the model reads an image"))
    }
  }

  @Test(
    "Cases may lack an image or a text where the head stands in for it, and are refused elsewhere")
  func incomplete() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(
        folder,
        fusion: """
          {"head": "sum", "options": {"width": 8}, "hidden": 8, "views": 2, "missing": "learned",
           "training": {"epochs": 1}, "fineTuning": {"epochs": 1, "batchSize": 4}}
          """)
      let table = "\(folder)/sample/cases.csv"
      var lines = try String(contentsOfFile: table, encoding: .utf8)
        .split(separator: "\n").map(String.init)
      let columns = lines[0].split(separator: ",").map(String.init)
      let image = try #require(columns.firstIndex(of: "image"))
      let text = try #require(columns.firstIndex(of: "text"))
      for line in lines.indices.dropFirst() where line % 3 != 0 {
        var fields = try fields(lines[line])
        fields[line % 3 == 1 ? image : text] = ""
        lines[line] = fields.joined(separator: ",")
      }
      try lines.joined(separator: "\n").write(toFile: table, atomically: true, encoding: .utf8)
      let strict = try ProgramRunner.run(["compare", study, "--output", "\(folder)/strict"])
      #expect(strict.status != 0 && strict.error.contains("has no image"), "\(strict.error)")

      let specification = try String(contentsOfFile: study, encoding: .utf8)
      let kept = specification.replacing("\"synthetic\": true", with: "\"incomplete\": \"kept\"")
      try kept.write(toFile: study, atomically: true, encoding: .utf8)
      let done = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run"])
      #expect(done.status == 0, "\(done.error)")
      let report = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      #expect(report.contains("20 of the 60 cases have no image and 20 no text."))

      try kept.replacing(", \"missing\": \"learned\"", with: "")
        .write(toFile: study, atomically: true, encoding: .utf8)
      let refused = try ProgramRunner.run(["compare", study, "--output", "\(folder)/other"])
      #expect(refused.status != 0)
      #expect(refused.error.contains("need a head that stands in for it"), "\(refused.error)")
    }
  }

  /// The fields of a line without quoted quotation marks, each as it stands.
  private func fields(_ line: String) throws -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
