import Basics
import Foundation

/// A whole command-line program: its commands, the options all of them take, its version.
struct Program: Sendable {
  /// Where a program's text goes.
  struct Output: Sendable {
    /// Takes results and help.
    var standard: @Sendable (String) -> Void
    /// Takes errors.
    var error: @Sendable (String) -> Void

    /// The process's standard output and standard error.
    static let process = Output(
      standard: { print($0, terminator: "") },
      // A reader that went away is no reason to crash.
      error: { writeWhole($0, to: STDERR_FILENO) })
  }

  /// The exit statuses of the program.
  enum Status {
    /// All went well.
    static let success: Int32 = 0
    /// The command failed.
    static let failure: Int32 = 1
    /// The command line was not understood.
    static let usage: Int32 = 2
    /// A signal asked to stop.
    static let interrupted: Int32 = 130
  }

  /// The root: its name is the program's.
  let root: Command
  /// The version, as `--version` prints it behind the name.
  let version: String
  /// The options that every command takes.
  let globalOptions: [Option]

  /// Runs one command line (without the program's name) and returns the exit status.
  ///
  /// The one place that renders errors.
  func run(_ words: [String], output: Output = .process) -> Int32 {
    do {
      switch try CommandParser.parse(words, root: root, globalOptions: globalOptions) {
      case .help(let command, let path):
        output.standard(HelpText.text(of: command, path: path, globalOptions: globalOptions))
      case .version: output.standard("\(root.name) \(version)\n")
      case .run(let command, let arguments): try command.run?(arguments)
      }
      return Status.success
    } catch {
      output.error("\(root.name): \(errorSentence(error))\n")
      if error is Interrupted { return Status.interrupted }
      return (error as? ZooError)?.code == .usage ? Status.usage : Status.failure
    }
  }

  /// What is wrong with the declarations, for a test to expect nothing of.
  var declarationProblems: [String] {
    root.tree().flatMap { path, command in
      problems(of: command).map { "\(path.joined(separator: " ")): \($0)" }
    }
  }

  private func problems(of command: Command) -> [String] {
    let options = command.options + globalOptions
    var problems: [String] = []
    for (kind, names) in [
      ("option", options.map(\.name)), ("argument", command.arguments.map(\.name)),
      ("command", command.subcommands.map(\.name)),
    ] {
      let doubled = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys.sorted()
      problems += doubled.map { "the \(kind) \($0) is declared twice" }
    }
    if (command.run == nil) == command.subcommands.isEmpty {
      problems.append("either it runs or it groups commands")
    }
    if !command.subcommands.isEmpty, !command.arguments.isEmpty {
      problems.append("a group takes no arguments")
    }
    for argument in command.arguments.dropLast() where argument.isOptional || argument.isRepeatable
    {
      problems.append("\(argument.name) is not the last argument, but optional or repeatable")
    }
    for option in options {
      guard let value = option.value, let fallback = value.fallback else { continue }
      if !value.choices.isEmpty, !value.choices.contains(fallback) {
        problems.append("the default of --\(option.name) is not among its choices")
      }
    }
    return problems
  }
}
