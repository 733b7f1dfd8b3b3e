import Basics
import Foundation
import TestSupport
import Testing

@Suite(
  "The program finds what was meant",
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct NamesProgramTests {
  /// A folder as a comparison leaves it, its models those that come with the program.
  private func comparison(_ folder: String) throws {
    for (split, name, bundle) in [
      ("r1f1", "words", "phantom-words"), ("r1f1", "net", "phantom-net"),
      ("r1f2", "words", "phantom-words"),
    ] {
      let cell = "\(folder)/cells/\(split)/\(name)"
      try AtomicFile.makeFolder(cell)
      try FileManager.default.copyItem(
        atPath: packageFile("weights/\(bundle)"), toPath: "\(cell)/model")
    }
  }

  private func refusal(_ arguments: [String]) throws -> String {
    let done = try ProgramRunner.run(arguments)
    #expect(done.status != 0, "\(arguments): \(done.output)")
    return done.error
  }

  @Test("The beginning of an option's name finds it")
  func options() throws {
    let error = try refusal(["compare", "study.json", "--out", "run"])
    #expect(error.contains("unknown option \"--out\"; did you mean \"--output\"?"), "\(error)")
  }

  @Test("A folder's name that is nearly right finds the folder, and a bundle's the bundle")
  func folders() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        atPath: packageFile("weights/phantom-words"), toPath: "\(folder)/model")
      try AtomicFile.makeFolder("\(folder)/modelle")
      for command in [
        ["predict"], ["export", "--onnx", "\(folder)/m.onnx"], ["bundle", "verify"],
      ] {
        let error = try refusal(command + ["\(folder)/modell"])
        #expect(error.contains("did you mean \"\(folder)/model\"?"), "\(error)")
      }
      let bundle = try refusal(["predict", "phantom-wrods", "--text", "a"])
      #expect(bundle.contains("did you mean \"phantom-words\"?"), "\(bundle)")
      let file = try refusal(["predict", "\(folder)/model/model.safetensors", "--text", "a"])
      #expect(file.contains("name the model's folder: \(folder)/model"), "\(file)")
    }
  }

  @Test("A comparison's folder tells where its models are, wherever one model is asked for")
  func comparison() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      try comparison(run)
      for command in [
        ["predict", "--text", "a"], ["explain", "--text", "a", "--output", "\(folder)/why"],
        ["export", "--onnx", "\(folder)/m.onnx"], ["vectors", "export", "--output", "\(folder)/v"],
        ["weights", "export", "--output", "\(folder)/w.safetensors"],
        [
          "bundle", "create", "--name", "ab@1.0.0", "--licence", "CC0-1.0", "--output",
          "\(folder)/b",
        ],
      ] {
        let error = try refusal(command + [run])
        #expect(error.contains("such as \"\(run)/cells/r1f1/net/model\""), "\(command): \(error)")
        #expect(error.contains("NAME is one of: net, words; SPLIT is one of: r1f1, r1f2"))
      }
      let cell = try refusal(["predict", "\(run)/cells/r1f1/words", "--text", "a"])
      #expect(
        cell.contains("name the model's folder: \(run)/cells/r1f1/words/model"), "\(cell)")
      let runn = try refusal(["predict", "\(folder)/runn", "--text", "a"])
      #expect(runn.contains("did you mean \"\(run)\"?"), "\(runn)")
    }
  }

  @Test("--combination offers the run's own names, whatever the study's are")
  func combinations() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try comparison("\(folder)/run")
      try AtomicFile.write("split,subset,id\n", to: "\(folder)/run/folds.csv")
      for (given, part) in [
        ("wrods", "unknown combination \"wrods\"; did you mean \"words\"? valid: net, words"),
        ("net + words", "its own are net, words"),
      ] {
        let error = try refusal([
          "words", "\(folder)/run", "--study", study, "--combination", given, "--output",
          "\(folder)/said",
        ])
        #expect(error.contains(part), "\(error)")
      }
      let none = try refusal([
        "words", "\(folder)/run", "--study", study, "--output", "\(folder)/said",
      ])
      #expect(none.contains("add --combination, one of: net, words"), "\(none)")
    }
  }

  @Test("Weights, vectors, encoders and heads find the nearest name, paths too")
  func others() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("a 1 2\n", to: "\(folder)/vectors.txt")
      let vectors = try refusal(["vectors", "inspect", "\(folder)/vector.txt"])
      #expect(vectors.contains("did you mean \"\(folder)/vectors.txt\"?"), "\(vectors)")
      let set = try refusal(["vectors", "inspect", "glove-6b-300"])
      #expect(set.contains("did you mean \"glove-6b-300d\"?"), "\(set)")
      #expect(try refusal(["show", "gatd"]).contains("did you mean \"gated\"?"))
      #expect(try refusal(["show", "word2"]).contains("did you mean \"word2vec\"?"))
      let weights = try refusal(["weights", "fetch", "resnet18-imagent"])
      #expect(weights.contains("did you mean \"resnet18-imagenet\"?"), "\(weights)")
    }
  }
}
