import Downloads
import Foundation
import TestSupport
import Testing

@Suite(
  "The program under bad conditions", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ReliabilityProgramTests {
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
      #expect(logits.hasPrefix("subset,id,label,target,logit\n"))
    }
  }
}
