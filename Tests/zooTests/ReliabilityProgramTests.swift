import Downloads
import Foundation
import TestSupport
import Testing

@Suite(
  "The program under bad conditions", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ReliabilityProgramTests {
  @Test("A full disk behind the standard output is a failure, and is said")
  func fullOutput() throws {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "\"$0\" list > /dev/full", ProgramRunner.program ?? "zoo"]
    let problems = Pipe()
    shell.standardError = problems
    try shell.run()
    let text = String(
      decoding: problems.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 1)
    #expect(text == "zoo: the standard output can't be written: No space left on device\n")
  }

  @Test(
    "A pipe in the place of a file is refused at once",
    arguments: [
      ["predict", "WORDS", "--text-file", "PIPE"], ["predict", "NET", "--image", "PIPE"],
      ["weights", "inspect", "PIPE"], ["vectors", "inspect", "PIPE"],
      ["compare", "PIPE", "--output", "FOLDER/run"],
      ["weights", "import", "PIPE", "--for", "resnet18"],
      ["bundle", "verify", "WORDS", "--key", "PIPE"],
    ])
  func pipes(arguments: [String]) throws {
    try withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let outcome = try ProgramRunner.run(
        arguments.map {
          $0.replacing("PIPE", with: pipe).replacing("FOLDER", with: folder)
            .replacing("WORDS", with: packageFile("weights/phantom-words"))
            .replacing("NET", with: packageFile("weights/phantom-net"))
        })
      #expect(outcome.status == 1, "\(outcome.output)")
      #expect(outcome.error.contains("is no plain file"), "\(outcome.error)")
    }
  }

  @Test("A model whose weights are not finite is refused wherever it is read")
  func notFinite() throws {
    try withTemporaryFolder { folder in
      let model = "\(folder)/model"
      try FileManager.default.copyItem(
        atPath: packageFile("weights/phantom-words"), toPath: model)
      let weights = "\(model)/model.safetensors"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: weights))
      bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xc0, 0x7f])
      try bytes.write(to: URL(fileURLWithPath: weights))
      for arguments in [
        ["predict", model, "--text", "Large effusion."],
        ["export", model, "--onnx", "\(folder)/model.onnx"],
        ["explain", model, "--text", "Large effusion.", "--output", "\(folder)/why"],
      ] {
        let outcome = try ProgramRunner.run(arguments)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("numbers are NaN or infinite"), "\(outcome.error)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/model.onnx"))
    }
  }

  @Test("Two commands do not work in one folder, and a finished run is no failure to go on with")
  func oneAtATime() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let arguments = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      do {
        let lock = try FileLock("\(folder)/.run.lock") {}
        for command in ["compare", "train"] {
          let outcome = try ProgramRunner.run([
            command, study, "--output", "\(folder)/run", "--quiet",
          ])
          #expect(outcome.status == 1)
          #expect(outcome.error.contains("another zoo is at work in this folder"))
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
        _ = consume lock
      }
      let output = try ProgramRunner.succeed(arguments)
      #expect(output.contains("answer: "))
      let resumed = try ProgramRunner.run(arguments.filter { $0 != "--quiet" } + ["--resume"])
      #expect(resumed.status == 0)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/.run.lock"))
      let logits = try String(
        contentsOfFile: "\(folder)/run/cells/r1f1/words/logits.csv", encoding: .utf8)
      #expect(logits.hasPrefix("part,id,label,target,logit\n"))
    }
  }

  @Test(
    "Vectors that an encoder needs and folds that can't be made are told before pictures are read")
  func checkedFirst() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let text = try String(contentsOfFile: study, encoding: .utf8)
      try text.replacing("\"encoder\": \"word2vec\"", with: "\"encoder\": \"glove\"")
        .write(toFile: study, atomically: true, encoding: .utf8)
      let vectors = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run"])
      #expect(vectors.status == 1)
      #expect(vectors.error.contains("\"glove\" needs a file of word vectors"))
      // No picture can be read, but the folds are what is told.
      try text.replacing("\"count\": 2,", with: "\"count\": 50,")
        .write(toFile: study, atomically: true, encoding: .utf8)
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/sample/images") {
        try Data().write(to: URL(fileURLWithPath: "\(folder)/sample/images/\(name)"))
      }
      let folds = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run"])
      #expect(folds.status == 1)
      #expect(!folds.error.contains("is empty"), "\(folds.error)")
      #expect(folds.error.contains("50"), "\(folds.error)")
    }
  }
}
