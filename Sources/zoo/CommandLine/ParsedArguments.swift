import Basics
import Foundation

/// What a command line said, checked against what its command declares.
///
/// Options are asked for without their dashes. Asking for what is not declared is a programmer's
/// mistake and stops the program.
struct ParsedArguments: Sendable {
  /// The words that call the command, such as `zoo data sample`.
  let commandPath: String
  private let options: [Option]
  private let optionValues: [String: [String]]
  private let arguments: [String: [String]]

  init(
    commandPath: String, options: [Option], optionValues: [String: [String]],
    arguments: [String: [String]]
  ) {
    self.commandPath = commandPath
    self.options = options
    self.optionValues = optionValues
    self.arguments = arguments
  }

  /// Whether a flag was given.
  func flag(_ name: String) -> Bool {
    precondition(declared(name).value == nil, "--\(name) takes a value; it is no flag")
    return isGiven(name)
  }

  /// Whether an option stands on the command line, whatever its default.
  func isGiven(_ name: String) -> Bool {
    _ = declared(name)
    return optionValues[name] != nil
  }

  /// All values of an option in their order; the default alone when none was given.
  func values(_ name: String) -> [String] {
    guard let value = declared(name).value else {
      preconditionFailure("--\(name) is a flag; it has no value")
    }
    return optionValues[name] ?? value.fallback.map { [$0] } ?? []
  }

  /// The value of an option, its default, or nil.
  func optionalString(_ name: String) -> String? { values(name).last }

  /// The value of an option that is needed, or its default.
  ///
  /// - Throws: `ZooError` of code `.usage` when there is none.
  func string(_ name: String) throws -> String {
    guard let text = optionalString(name) else {
      throw error("the option \(declared(name).spelling) is missing")
    }
    return text
  }

  /// The value of an option as a whole number within a range, or nil when it was not given.
  ///
  /// - Throws: `ZooError` of code `.usage` when it is something else or out of range.
  func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws -> Int? {
    guard let text = optionalString(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw wrongNumber(name, text, "a whole number", range, any: Int.min...Int.max)
    }
    return number
  }

  /// The value of an option as a number within a range, or nil when it was not given.
  ///
  /// - Throws: `ZooError` of code `.usage` when it is something else, not finite or out of range.
  func number(
    _ name: String,
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws -> Double? {
    guard let text = optionalString(name) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw wrongNumber(
        name, text, "a number", range,
        any: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    }
    return number
  }

  /// An argument that the command requires.
  func argument(_ name: String) -> String {
    guard let value = arguments(name).first else {
      preconditionFailure("the argument \(name) is optional; ask for optionalArgument")
    }
    return value
  }

  /// An argument, or nil when it was left out.
  func optionalArgument(_ name: String) -> String? { arguments(name).first }

  /// All values of a repeatable argument.
  func arguments(_ name: String) -> [String] {
    guard let values = arguments[name] else {
      preconditionFailure("'\(commandPath)' declares no argument \(name)")
    }
    return values
  }

  /// An error of code `.usage` that points to this command's help.
  func error(_ message: String) -> ZooError { usageError(message, commandPath) }

  private func declared(_ name: String) -> Option {
    guard let option = options.first(where: { $0.name == name }) else {
      preconditionFailure("'\(commandPath)' declares no option --\(name)")
    }
    return option
  }

  private func wrongNumber<Number>(
    _ name: String, _ text: String, _ kind: String, _ range: ClosedRange<Number>,
    any: ClosedRange<Number>
  ) -> ZooError {
    let bounds = range == any ? "" : " from \(range.lowerBound) to \(range.upperBound)"
    return error("--\(name) is \"\(text)\"; expected \(kind)\(bounds)")
  }
}

/// The error of a command line that can't be understood.
func usageError(_ message: String, _ commandPath: String) -> ZooError {
  ZooError(.usage, message, advice: "see '\(commandPath) --help'")
}
