import Basics

/// Reads one command line: finds the command, collects its options and arguments, checks them.
struct CommandParser {
  /// What a command line asks for.
  enum Invocation: Sendable {
    /// To run a command.
    case run(Command, ParsedArguments)
    /// To show the help of a command.
    case help(Command, path: [String])
    /// To show the version.
    case version
  }

  private let globalOptions: [Option]
  private var path: [String]
  private var command: Command
  private var optionValues: [String: [String]] = [:]
  private var positional: [String] = []

  private init(root: Command, globalOptions: [Option]) {
    self.globalOptions = globalOptions
    command = root
    path = [root.name]
  }

  /// Reads the words that follow the program's name.
  ///
  /// Options may stand before, between and after arguments; the program's also before the command.
  /// `--help` and `--version`, where declared, excuse what is missing.
  ///
  /// - Throws: `ZooError` of code `.usage`, whose advice names the command's help.
  static func parse(_ words: [String], root: Command, globalOptions: [Option]) throws -> Invocation
  {
    var parser = CommandParser(root: root, globalOptions: globalOptions)
    try parser.read(words)
    return try parser.finish()
  }

  private var options: [Option] { command.options + globalOptions }
  private var commandPath: String { path.joined(separator: " ") }

  private func error(_ message: String) -> ZooError { usageError(message, commandPath) }

  private mutating func read(_ words: [String]) throws {
    var rest = words[...]
    var hasEnded = false
    while let word = rest.popFirst() {
      if !hasEnded, word == "--" {
        hasEnded = true
      } else if !hasEnded, word.hasPrefix("-"), word != "-" {
        try readOption(word, &rest)
      } else if command.subcommands.isEmpty {
        positional.append(word)
      } else {
        try descend(word)
      }
    }
  }

  private mutating func descend(_ word: String) throws {
    guard let next = command.subcommands.first(where: { $0.name == word }) else {
      let names = command.subcommands.map(\.name)
      throw error("unknown command \"\(word)\"; \(suggestion(for: word, among: names))")
    }
    command = next
    path.append(word)
  }

  private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let written = String(parts[0])
    guard let option = options.first(where: { "--\($0.name)" == written }) else {
      throw unknownOption(written)
    }
    guard let value = option.value else {
      guard parts.count == 1 else {
        throw error("\(written) takes no value; found \"\(parts[1])\"")
      }
      optionValues[option.name] = []
      return
    }
    let text: String
    if parts.count == 2 {
      text = String(parts[1])
    } else if let next = rest.first, !next.hasPrefix("--") {
      text = next
      rest.removeFirst()
    } else {
      let hint =
        rest.first.map {
          "; found \"\($0)\" (write \(written)=\(value.metavar) for a value that begins with --)"
        } ?? ""
      throw error("\(written) needs a value (\(value.metavar))\(hint)")
    }
    guard value.choices.isEmpty || (value.choices + value.formerChoices).contains(text) else {
      throw error(
        "unknown value \"\(text)\" of \(written); \(suggestion(for: text, among: value.choices))")
    }
    guard value.isRepeatable || optionValues[option.name] == nil else {
      throw error("\(written) is given twice; expected once")
    }
    optionValues[option.name, default: []].append(text)
  }

  private func unknownOption(_ written: String) -> ZooError {
    let name = String(written.drop { $0 == "-" })
    let owner = command.tree(below: path.dropLast()).dropFirst().first { entry in
      entry.command.options.contains { $0.name == name }
    }
    if let owner, written == "--\(name)" {
      let words = owner.path.joined(separator: " ")
      return error("\(written) stands before its command; write it after \"\(words)\"")
    }
    let names = options.map { "--\($0.name)" }
    guard !names.isEmpty else {
      return error("unknown option \"\(written)\"; '\(commandPath)' takes none")
    }
    return error("unknown option \"\(written)\"; \(suggestion(for: "--\(name)", among: names))")
  }

  private func finish() throws -> Invocation {
    if has(.help) { return .help(command, path: path) }
    if has(.version) { return .version }
    guard command.subcommands.isEmpty else {
      let names = command.subcommands.map(\.name).joined(separator: ", ")
      throw error("a command is missing after \"\(commandPath)\"; valid: \(names)")
    }
    let arguments = try assignArguments()
    let missing = options.filter { option in
      option.value.map { $0.isRequired && $0.fallback == nil } ?? false
        && optionValues[option.name] == nil
    }
    guard missing.isEmpty else {
      let spelling = missing.map(\.spelling).joined(separator: ", ")
      throw error(
        missing.count == 1
          ? "the option \(spelling) is missing" : "the options \(spelling) are missing")
    }
    return .run(
      command,
      ParsedArguments(
        commandPath: commandPath, options: options, optionValues: optionValues,
        arguments: arguments))
  }

  private func has(_ option: Option) -> Bool {
    globalOptions.contains { $0.name == option.name } && optionValues[option.name] != nil
  }

  private func assignArguments() throws -> [String: [String]] {
    var rest = positional[...]
    var assigned: [String: [String]] = [:]
    for argument in command.arguments {
      let values = argument.isRepeatable ? rest : rest.prefix(1)
      guard argument.isOptional || !values.isEmpty else {
        throw error("the argument \(argument.name) is missing: \(argument.help)")
      }
      assigned[argument.name] = Array(values)
      rest = rest.dropFirst(values.count)
    }
    if let extra = rest.first {
      let expected = command.arguments.map(\.spelling).joined(separator: " ")
      throw error(
        "unexpected argument \"\(extra)\"; expected "
          + (expected.isEmpty ? "no arguments" : "\(expected) alone"))
    }
    return assigned
  }
}
