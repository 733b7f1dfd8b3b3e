import TestSupport
import Testing

@Suite("The table of encoders")
struct CostTableTests {
  /// The memory of training in word2vec's row, the last cell.
  private func memory(_ encoders: [String]) throws -> String {
    let run = try ProgramRunner.run(
      ["plugin", "table", "--quiet"] + encoders.flatMap { ["--encoder", $0] })
    #expect(run.status == 0, "\(run.error)")
    let row = run.output.split(separator: "\n").first { $0.hasPrefix("| `word2vec`") }
    return try row.map { try #require($0.split(separator: "|").last).description } ?? ""
  }

  @Test("An encoder's memory does not count what those before it needed")
  func memoryOfItsOwn() throws {
    let alone = try memory(["word2vec"])
    #expect(!alone.isEmpty)
    #expect(try memory(["resnet18", "word2vec"]) == alone)
  }
}
