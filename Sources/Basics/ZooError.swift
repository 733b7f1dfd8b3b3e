/// What went wrong, where, and what to do about it: the one error type of the package.
///
/// The code is open, so that a new kind of failure breaks no caller. A message is a sentence for a
/// person: what was found and what was expected. `advice` says what to do.
///
/// ```swift
/// throw ZooError(
///   .badValue, "epochs is 0; expected a whole number from 1 to 10000",
///   at: Place(path: "study.json", line: 12, key: "training.epochs"))
/// // study.json:12: training.epochs: epochs is 0; expected a whole number from 1 to 10000
/// ```
public struct ZooError: Error, Sendable, Equatable {
  /// The kind of failure: stable, short, machine-readable.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code as it is printed.
    public let description: String

    /// A code of one's own.
    public init(_ description: String) { self.description = description }

    /// A file or folder that is not there or can't be opened.
    public static let notFound = Code("not-found")
    /// A file whose bytes are not what its format demands.
    public static let badFormat = Code("bad-format")
    /// A value that was read but is out of range, of the wrong type or unknown.
    public static let badValue = Code("bad-value")
    /// A command line that can't be understood.
    public static let usage = Code("usage")
    /// The operating system refused to read or write.
    public static let system = Code("system")
    /// Something that this build or machine can't do.
    public static let unsupported = Code("unsupported")
    /// Existing results that belong to other settings.
    public static let conflict = Code("conflict")
    /// Training or evaluation met values that are not finite.
    public static let notFinite = Code("not-finite")
  }

  /// The kind of failure.
  public let code: Code
  /// What was found and what was expected.
  public let message: String
  /// Where.
  public let place: Place?
  /// What to do.
  public let advice: String?

  /// An error with a sentence for a person.
  public init(_ code: Code, _ message: String, at place: Place? = nil, advice: String? = nil) {
    self.code = code
    self.message = message
    self.place = place
    self.advice = advice
  }
}

extension ZooError: CustomStringConvertible {
  /// Place, message and advice, as the program prints them.
  public var description: String {
    var text = ""
    if let place, !place.description.isEmpty { text += "\(place): " }
    text += message
    if let advice { text += "\n  \(advice)" }
    return text
  }
}

/// Where in the input something was found: a path, a line counted from 1, a key such as
/// `training.epochs`.
public struct Place: Sendable, Equatable, CustomStringConvertible {
  /// The file or folder.
  public var path: String?
  /// The line, counted from 1.
  public var line: Int?
  /// The path of keys, such as `training.epochs`.
  public var key: String?

  /// A place, as far as it is known.
  public init(path: String? = nil, line: Int? = nil, key: String? = nil) {
    self.path = path
    self.line = line
    self.key = key
  }

  /// `path:line: key`, as far as known.
  public var description: String {
    var text = path ?? ""
    if let line { text += text.isEmpty ? "line \(line)" : ":\(line)" }
    if let key, !key.isEmpty { text += text.isEmpty ? key : ": \(key)" }
    return text
  }
}
