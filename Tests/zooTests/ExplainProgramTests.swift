import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program explains", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ExplainProgramTests {
  private static let report = "The heart is normal. There is a small effusion, zyxwv."

  /// Trains a small model of both modalities; its parts lie beside it.
  private func train(_ folder: String) throws -> String {
    let made = try ProgramRunner.run([
      "data", "sample", "--output", "\(folder)/sample", "--count", "40", "--size", "64",
    ])
    #expect(made.status == 0, "\(made.error)")
    let specification = """
      \(SmallStudy.beginning)
       "image": {"name": "net", "encoder": "densenet121", "size": 32,
         "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
         "training": {"epochs": 2, "batchSize": 8}},
       "text": {"name": "words", "encoder": "word2vec",
         "options": {"dimension": 16, "epochs": 2, "filters": 8, "maximumWords": 8},
         "training": {"epochs": 2, "batchSize": 8}},
       "fusion": {"hidden": 16, "views": 1, "training": {"epochs": 1}}}
      """
    try specification.write(toFile: "\(folder)/study.json", atomically: true, encoding: .utf8)
    let trained = try ProgramRunner.run([
      "train", "\(folder)/study.json", "--output", "\(folder)/model", "--quiet",
    ])
    #expect(trained.status == 0, "\(trained.error)")
    return "\(folder)/model"
  }

  @Test("Image, words and shares are explained, the same twice; bad input is a sentence each")
  func explain() throws {
    try withTemporaryFolder { folder in
      let model = try train(folder)
      let image = "\(folder)/sample/images/0001.png"
      let text = "\(folder)/report.txt"
      try Self.report.write(toFile: text, atomically: true, encoding: .utf8)
      for output in ["a", "b"] {
        let done = try ProgramRunner.run([
          "explain", model, "--image", image, output == "a" ? "--text-file" : "--text",
          output == "a" ? text : Self.report,
          "--output", "\(folder)/\(output)", "--method", "all", "--sensitivity", "0.5", "--nodes",
          "8", "--maximum-nodes", "16", "--quiet",
        ])
        #expect(done.status == 0, "\(done.error)")
        #expect(done.output.contains("This is no diagnosis."), "\(done.output)")
        #expect(done.output.contains("Shares: image"))
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a") {
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a/\(name)"))
            == Data(contentsOf: URL(fileURLWithPath: "\(folder)/b/\(name)")), "\(name)")
      }
      let maps = try TensorFile.read(path: "\(folder)/a/attributions.safetensors")
      #expect(
        maps.entries.map(\.name).sorted() == [
          "image.grad-cam", "image.integrated-gradients-black",
          "image.integrated-gradients-blurred", "image.integrated-gradients-mean",
          "image.occlusion", "image.smoothgrad", "words.gradient", "words.integrated",
        ])
      let json = try String(contentsOfFile: "\(folder)/a/explanation.json", encoding: .utf8)
      for part in [
        "\"state\": \"unknown\"", "\"state\": \"cut-off\"", "\"written\": \"zyxwv\"",
        "\"maximumNodes\": 16", "\"precision\": \"single\"",
        "reads the first 8 of the text's 10 words",
      ] {
        #expect(json.contains(part), "\(part)")
      }
      let sharper = try ProgramRunner.run([
        "explain", model, "--image", image, "--text-file", text, "--output", "\(folder)/c",
        "--nodes", "8", "--maximum-nodes", "8", "--baseline", "black", "--precision",
        "double", "--quiet",
      ])
      #expect(sharper.status == 0, "\(sharper.error)")
      #expect(
        try String(contentsOfFile: "\(folder)/c/explanation.json", encoding: .utf8)
          .contains("\"precision\": \"double\""))
      try refuses(folder, model: model, image: image)
    }
  }

  /// Every mistake is told in a sentence, and nothing is written.
  private func refuses(_ folder: String, model: String, image: String) throws {
    try Data().write(to: URL(fileURLWithPath: "\(folder)/empty.png"))
    let broken = "\(folder)/broken"
    try FileManager.default.copyItem(atPath: model, toPath: broken)
    let weights = try TensorFile.read(path: "\(model)/model.safetensors")
    try TensorFile.write(
      weights.entries.map { entry in
        let values = try weights.floats(entry.name)
        let isBad = entry.name == "head.output.bias"
        return (entry.name, entry.shape, isBad ? values.map { _ in Float.nan } : values)
      }, to: "\(broken)/model.safetensors")
    // As from a version without digests, which would refuse it before its numbers are read.
    try FileManager.default.removeItem(atPath: "\(broken)/digests.json")
    let cases: [(arguments: [String], part: String)] = [
      ([model, "--text", "The heart."], "the model reads an image; none was given"),
      ([model, "--image", image], "the model reads a text; none was given"),
      (["\(model)/parts/net", "--image", image, "--text", "a"], "reads no texts"),
      (["\(model)/parts/words", "--image", image, "--text", "a"], "reads no images"),
      ([model, "--image", image, "--text", "zyxwv qponm"], "the model knows no word of the text"),
      ([model, "--image", image, "--text", "no/report"], "--text-file no/report"),
      (
        [model, "--image", image, "--text", "a", "--text-file", "b"], "leave out one of them"
      ), ([model, "--image", image, "--text", "?!"], "the text holds no word"),
      ([model, "--image", "\(folder)/empty.png", "--text", "The heart."], "is empty"),
      ([broken, "--image", image, "--text", "The heart."], "numbers are NaN or infinite"),
      ([model, "--image", image, "--text", "The heart.", "--sensitivity", "2"], "from 0.0 to 1.0"),
    ]
    for (arguments, part) in cases {
      let output = "\(folder)/refused"
      let done = try ProgramRunner.run(["explain"] + arguments + ["--output", output, "--quiet"])
      #expect(done.status != 0, "\(arguments)")
      #expect(done.error.contains(part), "\(done.error)")
      #expect(!FileManager.default.fileExists(atPath: output), "\(arguments)")
    }
    let again = try ProgramRunner.run([
      "explain", model, "--image", image, "--text", "The heart.", "--output", "\(folder)/a",
    ])
    #expect(again.error.contains("something is already there"), "\(again.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy {
        !$0.hasSuffix(".tmp")
      })
  }
}
