import Foundation
import TestSupport
import Testing

@Suite(
  "Bad uses, with their exit codes and sentences", BadUsesScene(),
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct BadUsesTests {
  @Test(
    "A bad use ends at once, says why, and leaves nothing behind",
    arguments: BadUse.checkedFirst + BadUse.outputs + BadUse.noFiles + BadUse.conditions)
  func use(_ use: BadUse) throws {
    let folder = BadUsesScene.folder
    let output = "\(folder)/out-\(UUID().uuidString)"
    func filled(_ text: String) -> String {
      text.replacing("FOLDER", with: folder).replacing("OUT", with: output)
        .replacing("WORDS", with: packageFile("weights/phantom-words"))
        .replacing("NET", with: packageFile("weights/phantom-net"))
    }
    let start = ContinuousClock.now
    let outcome =
      if let shell = use.shell {
        try ProgramRunner.run(
          shell: filled(shell).replacing("zoo ", with: "\"$ZOO\" ", maxReplacements: 1))
      } else { try ProgramRunner.run(use.arguments.map(filled)) }
    #expect(outcome.status == use.status, "\(outcome.output)\(outcome.error)")
    let said = outcome.output + outcome.error
    #expect(said.contains(filled(use.sentence)), "\(said)")
    #expect(!said.contains("NSError") && !said.contains("Domain="), "\(said)")
    #expect(!said.contains("reading 60 images"), "pictures were read: \(said)")
    #expect(!FileManager.default.fileExists(atPath: output))
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
