import Foundation
import Testing

private let isLong = ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] == "1"

@Suite(
  "Running the documents", .serialized,
  .enabled(if: isLong, "takes minutes; make test-long runs it"),
  .enabled(if: PluginScene.canBuild, "needs the program beside the tests, and swiftc"))
struct DocumentRunTests {
  @Test(
    "Every command of a document runs where it stands, and prints what the document shows",
    arguments: DocumentCommand.documents)
  func run(_ document: String) throws {
    let excepted = Set(DocumentScene.exceptions.map(\.key))
    let commands = try DocumentCommand.commands(of: document).filter { !excepted.contains($0.text) }
    guard !commands.isEmpty else { return }
    try DocumentScene.with { scene in
      for preparation in DocumentScene.preparations[document] ?? [] {
        let done = try scene.run(preparation)
        try #require(done.status == 0, "\(document), \(preparation): \(done.output)")
      }
      for command in commands {
        let done = try scene.run(command.text)
        let fails = command.output.contains { $0.hasPrefix("zoo: ") }
        #expect((done.status != 0) == fails, "\(command.place): \(done.output)")
        let printed = done.output.replacingOccurrences(of: "\(scene.folder)/", with: "")
        if let missing = Self.firstMissing(command.output, in: printed) {
          Issue.record(
            "\(command.place) does not print \"\(missing)\" but: \(done.output)")
        }
      }
    }
  }

  /// The first line of what a document shows that is not in what was printed, behind the one before.
  ///
  /// A line may end in `…` where it goes on.
  private static func firstMissing(_ shown: [String], in printed: String) -> String? {
    var rest = printed.split(separator: "\n").map { plain(String($0)) }[...]
    for line in shown where !line.isEmpty {
      let wanted = plain(line)
      let found = rest.firstIndex {
        wanted.hasSuffix("…") ? $0.hasPrefix(wanted.dropLast()) : $0 == wanted
      }
      guard let found else { return line }
      rest = rest[(found + 1)...]
    }
    return nil
  }

  /// A line without what differs between machines and runs: numbers, keys, folders of the user.
  private static func plain(_ line: String) -> String {
    line.replacing(/\S*\/encoderzoo\//, with: "…/encoderzoo/")
      .replacing(/\b[A-Za-z0-9+\/]{50,}/, with: "KEY")
      .replacing(/\b[A-F0-9]{16}\b/, with: "KEY")
      .replacing(/[-+−]?\d[\d.,]*(e[-+]?\d+)?/, with: "0")
      .replacing(/[ ]+/, with: " ")
  }
}
