import Basics
import Foundation
import TestSupport
import Testing

@Suite(
  "The program trains word vectors",
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct VectorTrainingTests {
  @Test("train is reproducible, goes on from vectors, and says what is wrong with its options")
  func train() throws {
    try withTemporaryFolder { folder in
      let texts = (0..<40).map { "The lungs are clear. No effusion \($0 % 3)." }
      try AtomicFile.write(texts.joined(separator: "\n") + "\n", to: "\(folder)/texts")
      func train(_ output: String, _ more: [String]) throws -> ProgramRunner.Outcome {
        try ProgramRunner.run(
          ["vectors", "train", "\(folder)/texts", "--output", "\(folder)/\(output)"] + more)
      }
      let options = ["--dimension", "6", "--epochs", "2", "--window", "2", "--negatives", "3"]
      #expect(try train("a", options + ["--seed", "4"]).status == 0)
      #expect(
        try train("b", options + ["--seed", "4", "--threads", "1", "--encoder", "word2vec"])
          .status == 0)
      #expect(try train("c", options + ["--seed", "5"]).status == 0)
      #expect(try readFile("\(folder)/a") == readFile("\(folder)/b"))
      #expect(try readFile("\(folder)/a") != readFile("\(folder)/c"))
      let first = try String(contentsOfFile: "\(folder)/a", encoding: .utf8).prefix { $0 != "\n" }
      #expect(first == "9 6")
      let on = try train(
        "d", ["--from", "\(folder)/a", "--model", "cbow", "--minimum-count", "14"])
      #expect(on.status == 0, "\(on.error)")
      #expect(on.output.contains("cover 7 of the vocabulary's 7 words (100.0 %)"), "\(on.output)")
      #expect(on.output.contains("wrote \(folder)/d: 7 words of 6 numbers"))
      let kept = try train(
        "e", ["--from", "\(folder)/a", "--options", "{\"continueTraining\": false}"])
      #expect(kept.status == 0, "\(kept.error)")
      #expect(try readFile("\(folder)/e") == readFile("\(folder)/a"))
      for (more, message) in [
        (["--epochs", "0"], "--epochs: found 0; expected 1 to 1000"),
        (["--from", "\(folder)/a", "--dimension", "7"], "the vectors have dimension 6"),
        (["--encoder", "glove"], "no encoder that trains word vectors is called \"glove\""),
        (["--options", "{\"windo\": 3}"], "did you mean \"window\"?"),
        (["--options", "{\"window\": 3}", "--window", "3"], "is given by --window, too"),
      ] {
        let outcome = try train("bad", more)
        #expect(outcome.status != 0)
        #expect(outcome.error.contains(message), "\(outcome.error)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
      }
      let twice = try train("a", options)
      #expect(twice.error.contains("the file is already there"))
      try AtomicFile.write("...\n\n", to: "\(folder)/texts")
      #expect(try train("bad", []).error.contains("the texts hold no words"))
    }
  }
}
