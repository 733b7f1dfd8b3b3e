/// The help of a command, laid out to 80 columns.
struct HelpText {
  /// Columns of a line.
  static let width = 80
  /// The widest first column of a table; a longer entry has its description on the next line.
  private static let widestEntry = 26

  /// The whole text, with a final newline.
  static func text(of command: Command, path: [String], globalOptions: [Option]) -> String {
    let options = command.options + globalOptions
    var sections = [
      wrapped(command.summary, indent: 0),
      ["Usage:"] + usage(of: command, path: path, hasOptions: !options.isEmpty),
    ]
    if !command.discussion.isEmpty { sections.append(paragraphs(command.discussion)) }
    let tables = [
      ("Commands:", command.subcommands.map { ($0.name, $0.summary) }),
      ("Arguments:", command.arguments.map { ($0.name, $0.help) }),
      ("Options:", options.map { ($0.spelling, description(of: $0)) }),
    ]
    // One width for all tables of a page, so that the descriptions form one column.
    let entries = tables.flatMap { $0.1.map(\.0.count) }.filter { $0 <= widestEntry }
    let column = (entries.max() ?? 0) + 4
    for (title, rows) in tables where !rows.isEmpty {
      sections.append([title] + rows.flatMap { row($0.0, $0.1, column: column) })
    }
    if !command.examples.isEmpty {
      sections.append(["Examples:"] + command.examples.flatMap(example))
    }
    if !command.subcommands.isEmpty, globalOptions.contains(where: { $0.name == Option.help.name })
    {
      let words = path.joined(separator: " ")
      sections.append(["'\(words) COMMAND --help' tells about one command."])
    }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private static func usage(of command: Command, path: [String], hasOptions: Bool) -> [String] {
    var parts = command.arguments.map(\.spelling)
    if !command.subcommands.isEmpty { parts.append("COMMAND") }
    for option in command.options where option.value?.isRequired == true {
      parts.append(option.spelling)
    }
    if hasOptions { parts.append("[options]") }
    let words = path.joined(separator: " ")
    // A part such as "--output DIR" is never broken.
    return flow([words] + parts, indent: 2, hanging: words.count + 3)
  }

  private static func description(of option: Option) -> String {
    guard let value = option.value else { return option.help }
    var notes: [String] = []
    if value.isRequired { notes.append("required") }
    if value.isRepeatable { notes.append("repeatable") }
    if !value.choices.isEmpty, value.metavar != value.choices.joined(separator: "|") {
      notes.append("one of: \(value.choices.joined(separator: ", "))")
    }
    if let fallback = value.fallback { notes.append("default: \(fallback)") }
    return option.help + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  private static func row(_ entry: String, _ text: String, column: Int) -> [String] {
    var lines = wrapped(text, indent: column)
    if entry.count + 4 > column { return ["  " + entry] + lines }
    let first = lines.isEmpty ? "" : String(lines.removeFirst().dropFirst(column))
    let padding = String(repeating: " ", count: column - 2 - entry.count)
    return [first.isEmpty ? "  " + entry : "  " + entry + padding + first] + lines
  }

  /// The command line, continued with backslashes where it is too long, and what it does.
  private static func example(_ example: (command: String, explanation: String)) -> [String] {
    let lines = flow(shellWords(example.command), indent: 2, hanging: 4, width: width - 2)
    let continued = lines.enumerated().map { $0 < lines.count - 1 ? $1 + " \\" : $1 }
    return continued + wrapped(example.explanation, indent: 6)
  }

  /// The words of a command line; spaces within quotation marks don't separate.
  private static func shellWords(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == " " {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      word.append(character)
    }
    return word.isEmpty ? words : words + [word]
  }

  private static func paragraphs(_ text: String) -> [String] {
    var lines: [String] = []
    var words: [String] = []
    func flush() {
      lines += flow(words, indent: 0)
      words = []
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty || line.hasPrefix(" ") {
        flush()
        lines.append(String(line))
      } else {
        words += line.split(separator: " ").map(String.init)
      }
    }
    flush()
    return lines
  }

  private static func wrapped(_ text: String, indent: Int) -> [String] {
    flow(text.split(whereSeparator: \.isWhitespace).map(String.init), indent: indent)
  }

  /// Fills lines with whole parts; one that is longer than a line has a line of its own.
  private static func flow(
    _ parts: [String], indent: Int, hanging: Int? = nil, width: Int = width
  ) -> [String] {
    var lines: [String] = []
    var line = ""
    var isFresh = true
    for part in parts {
      if isFresh || line.count + 1 + part.count > width {
        if !isFresh { lines.append(line) }
        line = String(repeating: " ", count: lines.isEmpty ? indent : hanging ?? indent) + part
        isFresh = false
      } else {
        line += " " + part
      }
    }
    return isFresh ? lines : lines + [line]
  }
}
