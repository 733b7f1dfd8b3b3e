import Foundation
import TestSupport

/// A command line that a document shows in a code block, with the output that it shows for it.
struct DocumentCommand {
  /// The document, by its path in the package.
  let document: String
  /// The line that it begins on.
  let line: Int
  /// The command without its comment and with its continuation lines joined.
  let text: String
  /// The lines below it in a `console` block; empty for commands of `sh` blocks.
  var output: [String] = []

  /// Where it stands, and what it is, for messages.
  var place: String { "\(document):\(line): \(text)" }

  /// The documents whose commands are read: what stands at the top, and `docs`.
  static let documents: [String] = {
    let listed = (try? FileManager.default.contentsOfDirectory(atPath: packageFile("docs"))) ?? []
    return ["README.md", "CONTRIBUTING.md"]
      + listed.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  /// The text of a document.
  static func text(of document: String) throws -> String {
    try String(contentsOfFile: packageFile(document), encoding: .utf8)
  }

  /// The code blocks of a document: the language, the first line's number, the lines.
  static func blocks(of document: String) throws -> [(language: String, line: Int, lines: [String])]
  {
    var found: [(language: String, line: Int, lines: [String])] = []
    var isOpen = false
    let lines = try text(of: document).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        isOpen.toggle()
        if isOpen { found.append((String(line.dropFirst(3)), index + 2, [])) }
      } else if isOpen {
        found[found.count - 1].lines.append(String(line))
      }
    }
    return found
  }

  /// The commands of a document, in its order.
  static func commands(of document: String) throws -> [DocumentCommand] {
    try blocks(of: document).flatMap { block -> [DocumentCommand] in
      guard block.language == "sh" || block.language == "console" else { return [] }
      var commands: [DocumentCommand] = []
      var begun: (line: Int, text: String)?
      for (index, line) in block.lines.enumerated() {
        let isConsole = block.language == "console"
        if isConsole, begun == nil, !line.hasPrefix("$ ") {
          commands[commands.count - 1].output.append(line)
          continue
        }
        let part = isConsole && begun == nil ? String(line.dropFirst(2)) : line
        let text = (begun?.text ?? "") + withoutComment(part)
        begun = (begun?.line ?? block.line + index, text)
        if text.hasSuffix("\\") {
          begun?.text = text.dropLast().trimmingCharacters(in: .whitespaces) + " "
          continue
        }
        if let command = begun, !text.isEmpty {
          commands.append(DocumentCommand(document: document, line: command.line, text: text))
        }
        begun = nil
      }
      return commands
    }
  }

  /// A line of a shell up to its comment.
  private static func withoutComment(_ line: String) -> String {
    var quote: Character?
    var end = line.endIndex
    var previous: Character = " "
    for index in line.indices {
      let sign = line[index]
      if let open = quote {
        if sign == open { quote = nil }
      } else if sign == "\"" || sign == "'" {
        quote = sign
      } else if sign == "#", previous == " " {
        end = index
        break
      }
      previous = sign
    }
    return line[..<end].trimmingCharacters(in: .whitespaces)
  }

  /// The words of a command line as a shell would split them.
  var words: [String] { Self.words(text) }

  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for sign in text {
      if let open = quote {
        if sign == open { quote = nil } else { word = (word ?? "") + String(sign) }
      } else if sign == "\"" || sign == "'" {
        quote = sign
        word = word ?? ""
      } else if sign == " " {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(sign)
      }
    }
    if let done = word { words.append(done) }
    return words
  }
}
