import Basics

/// An option of a command: `--json`, `--output DIR` or `--output=DIR`.
struct Option: Sendable {
  /// What follows the option's name.
  enum Kind: Sendable {
    /// Nothing: it is there or not.
    case flag
    /// A value, described.
    case value(Value)
  }

  /// What a value may be.
  struct Value: Sendable {
    /// What stands for the value in help, such as `DIR`.
    var metavar: String
    /// The value when none is given; shown in help.
    var fallback: String?
    /// The values allowed; empty: any.
    var choices: [String]
    /// Values of earlier versions that are still understood, and not shown.
    var formerChoices: [String]
    /// Whether the option may be given several times.
    var isRepeatable: Bool
    /// Whether it must be given.
    var isRequired: Bool
  }

  /// The name without its dashes.
  let name: String
  /// What follows the name.
  let kind: Kind
  /// What it does, in a sentence.
  let help: String

  /// Prints a command's help instead of running it.
  static let help = Option.flag("help", "Show this help.")
  /// Prints the program's version instead of running a command.
  static let version = Option.flag("version", "Show the version.")

  /// An option without a value.
  static func flag(_ name: String, _ help: String) -> Option {
    Option(name: name, kind: .flag, help: help)
  }

  /// An option with a value; without a `metavar` the choices stand for it.
  static func value(
    _ name: String, _ metavar: String? = nil, default fallback: String? = nil,
    choices: [String] = [], formerChoices: [String] = [], isRepeatable: Bool = false,
    isRequired: Bool = false, _ help: String
  ) -> Option {
    let shown = metavar ?? (choices.isEmpty ? "VALUE" : choices.joined(separator: "|"))
    let value = Value(
      metavar: shown, fallback: fallback, choices: choices, formerChoices: formerChoices,
      isRepeatable: isRepeatable, isRequired: isRequired)
    return Option(name: name, kind: .value(value), help: help)
  }

  /// The description of the value, or nil for a flag.
  var value: Value? {
    if case .value(let value) = kind { return value }
    return nil
  }

  /// As it is written: `--json`, `--output DIR`.
  var spelling: String { "--\(name)" + (value.map { " \($0.metavar)" } ?? "") }
}
