/// A command of the program: it runs, or it groups subcommands.
struct Command: Sendable {
  /// What a command does with a command line that was understood.
  typealias Run = @Sendable (ParsedArguments) throws -> Void

  /// The word that calls it.
  let name: String
  /// What it does, in a sentence.
  let summary: String
  /// More of it; paragraphs are separated by empty lines, an indented line is kept as it is.
  let discussion: String
  /// Command lines to copy, each with what it does.
  let examples: [(command: String, explanation: String)]
  /// Its own options; the program's are added to every command.
  let options: [Option]
  /// What it takes by position.
  let arguments: [Argument]
  /// The commands it groups; a group has no arguments and does not run.
  let subcommands: [Command]
  /// What it does; nil for a group.
  let run: Run?

  /// A command; see the properties.
  init(
    name: String, summary: String, discussion: String = "",
    examples: [(command: String, explanation: String)] = [], options: [Option] = [],
    arguments: [Argument] = [], subcommands: [Command] = [], run: Run? = nil
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.options = options
    self.arguments = arguments
    self.subcommands = subcommands
    self.run = run
  }

  /// This command and all below it, each with the words that call it.
  func tree(below path: [String] = []) -> [(path: [String], command: Command)] {
    let here = path + [name]
    return [(here, self)] + subcommands.flatMap { $0.tree(below: here) }
  }
}
