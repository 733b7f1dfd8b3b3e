import Foundation
import TestSupport
import Testing

@Suite(
  "Digests of trained models", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ModelDigestsTests {
  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// Flips a bit in the middle of a file.
  private func flip(_ path: String) throws {
    var bytes = try data(path)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  private func refusal(_ arguments: [String]) throws -> String {
    let outcome = try ProgramRunner.run(arguments)
    #expect(outcome.status == 1, "\(outcome.output)")
    return outcome.error
  }

  @Test("What a training left is held against its digests; a folder without them is read")
  func trainedDigests() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let model = "\(folder)/model"
      try ProgramRunner.succeed(["train", study, "--output", model, "--quiet"])
      let predict = [
        "predict", model, "--text", "Large effusion.", "--image",
        "\(folder)/sample/images/0001.png",
      ]
      let wanted = try ProgramRunner.succeed(predict)
      for name in ["model.safetensors", "model.json", "vocabulary.txt"] {
        let kept = try data("\(model)/\(name)")
        try flip("\(model)/\(name)")
        let refused = try refusal(predict)
        #expect(refused.contains("\(name) is not what was written"), "\(refused)")
        #expect(refused.contains("train the model again into another --output"), "\(refused)")
        try kept.write(to: URL(fileURLWithPath: "\(model)/\(name)"))
      }
      #expect(try ProgramRunner.succeed(predict) == wanted)
      // A part beside it, and a model of an earlier version.
      try flip("\(model)/parts/net/model.safetensors")
      let part = try refusal(["export", "\(model)/parts/net", "--onnx", "\(folder)/net.onnx"])
      #expect(part.contains("model.safetensors is not what was written"), "\(part)")
      try FileManager.default.removeItem(atPath: "\(model)/digests.json")
      #expect(try ProgramRunner.succeed(predict) == wanted)
    }
  }
}
