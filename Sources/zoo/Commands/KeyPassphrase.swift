import Basics
import Foundation

/// A secret key's passphrase: from a file, the environment, or the terminal.
struct KeyPassphrase {
  private let file: String?

  init(_ arguments: ParsedArguments) { file = arguments.optionalString("passphrase-file") }

  /// The passphrase of the key in a file; a new one is asked for twice.
  ///
  /// - Throws: `ZooError` of code `.usage` where nobody can be asked, or the two are not the same.
  func get(_ path: String, isNew: Bool) throws -> String {
    if let file {
      let text = String(decoding: try readFile(file), as: UTF8.self)
      return try checked(text.split(separator: "\n").first.map(String.init) ?? "", path)
    }
    if let text = ProcessInfo.processInfo.environment["ENCODERZOO_PASSPHRASE"] {
      return try checked(text, path)
    }
    guard isatty(STDIN_FILENO) == 1 else {
      throw ZooError(
        .usage, "the passphrase of the key is not given, and there is no terminal to ask at",
        at: Place(path: path),
        advice: "add --passphrase-file FILE, or set ENCODERZOO_PASSPHRASE")
    }
    let first = try ask("Passphrase of \(path): ", path)
    if isNew {
      guard try ask("The same again: ", path) == first else {
        throw ZooError(.usage, "the two passphrases are not the same", at: Place(path: path))
      }
    }
    return first
  }

  private func ask(_ prompt: String, _ path: String) throws -> String {
    // getpass turns the echo off, and reads from the terminal itself.
    guard let typed = try Interruption.endingWaits({ getpass(prompt) }) else { throw Interrupted() }
    return try checked(String(cString: typed), path)
  }

  private func checked(_ text: String, _ path: String) throws -> String {
    guard !text.isEmpty else {
      throw ZooError(.usage, "the passphrase is empty", at: Place(path: path))
    }
    return text
  }
}
