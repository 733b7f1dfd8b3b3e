import Foundation
import TestSupport
import Testing

@Suite(
  "zoo export", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ExportProgramTests {
  @Test("A trained model leaves as ONNX and as a script, or not at all")
  func export() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let trained = try ProgramRunner.run(["train", study, "--output", "\(folder)/model"])
      #expect(trained.status == 0, "\(trained.error)")
      let files = FileManager.default
      let onnx = "\(folder)/model.onnx"
      let made = try ProgramRunner.run(["export", "\(folder)/model", "--onnx", onnx])
      #expect(made.status == 0, "\(made.error)")
      #expect(
        made.output == """
          wrote \(onnx)
            image  float [batch, 1, 32, 32]
            words  int64 [batch, length]
            logits  float [batch, 1]

          """)
      #expect(files.fileExists(atPath: onnx))

      // The same words on every refusal: where it is, what is wrong, what to do.
      let again = try ProgramRunner.run(["export", "\(folder)/model", "--onnx", onnx])
      #expect(again.status != 0 && again.error.contains("\(onnx): the file is already there"))
      let nothing = try ProgramRunner.run(["export", "\(folder)/model"])
      #expect(
        nothing.status != 0 && nothing.error.contains("--onnx FILE or --python FILE is missing"))
      // torchvision has no DenseNet of this growth rate: then the ONNX file is not written either.
      let refused = try ProgramRunner.run([
        "export", "\(folder)/model", "--onnx", "\(folder)/b.onnx", "--python", "\(folder)/b.py",
      ])
      #expect(refused.status != 0 && refused.error.contains("the script can't express"))
      #expect(!files.fileExists(atPath: "\(folder)/b.onnx"))
      #expect(!files.fileExists(atPath: "\(folder)/b.py"))

      let words = try ProgramRunner.run([
        "export", "\(folder)/model/parts/words", "--python", "\(folder)/words.py",
      ])
      #expect(words.status == 0, "\(words.error)")
      let script = try String(contentsOfFile: "\(folder)/words.py", encoding: .utf8)
      #expect(script.contains("(\"text.\",)") && script.contains("embedding.weight"))
    }
  }
}
