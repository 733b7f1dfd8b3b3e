import Basics
import Foundation
import TestSupport
import Testing

@testable import zoo

@Suite("Commands in the documents")
struct DocumentCommandTests {
  @Test(
    "Every zoo command line in a code block is understood", arguments: DocumentCommand.documents)
  func blocks(_ document: String) throws {
    for command in try DocumentCommand.commands(of: document) where command.words.first == "zoo" {
      #expect(throws: Never.self, "\(command.place)") {
        _ = try CommandParser.parse(
          Array(command.words.dropFirst()), root: ZooCommand.root,
          globalOptions: ZooCommand.globalOptions)
      }
    }
  }

  @Test(
    "Commands and options in running text are there", arguments: DocumentCommand.documents)
  func spans(_ document: String) throws {
    var isCode = false
    for (index, line) in try DocumentCommand.text(of: document)
      .split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") { isCode.toggle() }
      guard !isCode else { continue }
      // Every second piece between backquotes is code.
      let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
      for piece in stride(from: 1, to: pieces.count, by: 2).map({ pieces[$0] })
      where piece.hasPrefix("zoo ") {
        let problem = problem(DocumentCommand.words(String(piece)).dropFirst())
        #expect(problem == nil, "\(document):\(index + 1): \(piece)")
      }
    }
  }

  /// What is wrong with the names in a command line that may leave out arguments and values.
  private func problem(_ words: ArraySlice<String>) -> String? {
    var command = ZooCommand.root
    for word in words {
      if word.hasPrefix("--") {
        let name = word.dropFirst(2).prefix { $0 != "=" }
        let known = (command.options + ZooCommand.globalOptions).map(\.name)
        if !known.contains(String(name)) { return "no option \(word) of \(command.name)" }
      } else if !command.subcommands.isEmpty {
        // Capitals stand for any command.
        if word == word.uppercased() { return nil }
        guard let next = command.subcommands.first(where: { $0.name == word }) else {
          return "no command \(word)"
        }
        command = next
      }
    }
    return nil
  }

  @Test(
    "Commands stand in blocks of sh or console alone, so that none is passed over",
    arguments: DocumentCommand.documents)
  func languages(_ document: String) throws {
    for block in try DocumentCommand.blocks(of: document)
    where !["sh", "console", "text"].contains(block.language) {
      for line in block.lines {
        #expect(
          !line.hasPrefix("zoo ") && !line.hasPrefix("$ "),
          "\(document):\(block.line), a block of \"\(block.language)\": \(line)")
      }
    }
  }

  @Test("Every link within the package leads somewhere", arguments: DocumentCommand.documents)
  func links(_ document: String) throws {
    let folder = document.hasPrefix("docs/") ? "docs" : "."
    let links = try DocumentCommand.text(of: document).matches(of: /\]\(([^)\s]+)\)/)
      .map { String($0.1) }.filter { !$0.contains("://") }
    for link in links {
      let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
      let target =
        parts[0].isEmpty
        ? document : URL(fileURLWithPath: "/\(folder)/\(parts[0])").standardized.relativePath
      let path = packageFile(target)
      #expect(FileManager.default.fileExists(atPath: path), "\(document): \(link)")
      guard parts.count > 1, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        continue
      }
      #expect(Self.anchors(text).contains(parts[1]), "\(document): \(link)")
    }
  }

  /// The anchors that GitHub makes of a page's headings.
  private static func anchors(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
          .filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
          .replacingOccurrences(of: " ", with: "-")
      })
  }

  @Test("What can't be run is in the documents, so that the list of it does not go stale")
  func exceptions() throws {
    let shown = Set(
      try DocumentCommand.documents.flatMap(DocumentCommand.commands).map(\.text))
    for (command, reason) in DocumentScene.exceptions {
      #expect(shown.contains(command), "listed (\(reason)), but in no document: \(command)")
    }
  }
}
