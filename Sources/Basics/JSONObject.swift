/// A strict reader of an object's members: what is asked for is typed and checked, and `finish`
/// refuses what nobody asked for.
///
/// ```swift
/// var object = try JSONValue.parse(contentsOf: "study.json").object()
/// let name = try object.string("name")
/// let epochs = try object.integer("epochs", in: 1...10_000, default: 10)
/// try object.finish()
/// ```
public struct JSONObject: Sendable {
  /// The members, in the order of the file.
  public let members: [(key: String, value: JSONValue)]
  /// Where the object stood.
  public let place: Place
  private var known: [String] = []

  init(members: [(key: String, value: JSONValue)], place: Place) {
    self.members = members
    self.place = place
  }

  /// The member of a name, or nil; `null` counts as absent.
  public mutating func value(_ key: String) -> JSONValue? {
    if !known.contains(key) { known.append(key) }
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value.content { return nil }
    return value
  }

  /// The member of a name.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is missing.
  public mutating func required(_ key: String) throws -> JSONValue {
    guard let value = value(key) else {
      let near = nearestName(to: key, among: members.map(\.key))
        .map { "; found \"\($0)\", which may be meant" }
      throw ZooError(.badValue, "\"\(key)\" is missing\(near ?? "")", at: place)
    }
    return value
  }

  /// A required text.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is missing or something else.
  public mutating func string(_ key: String) throws -> String { try required(key).string() }

  /// A text, or a default.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public mutating func string(_ key: String, default fallback: String) throws -> String {
    try value(key)?.string() ?? fallback
  }

  /// A text, or nil.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public mutating func optionalString(_ key: String) throws -> String? { try value(key)?.string() }

  /// A whole number within a range, or a default.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else or out of range.
  public mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int)
    throws -> Int
  {
    try value(key)?.integer(in: range) ?? fallback
  }

  /// A number within a range, or a default.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else or out of range.
  public mutating func number(
    _ key: String, in range: ClosedRange<Double>, default fallback: Double
  ) throws -> Double {
    try value(key)?.number(in: range) ?? fallback
  }

  /// A boolean, or a default.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public mutating func boolean(_ key: String, default fallback: Bool) throws -> Bool {
    try value(key)?.boolean() ?? fallback
  }

  /// A list of texts, or nil.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public mutating func strings(_ key: String) throws -> [String]? {
    try value(key)?.array().map { try $0.string() }
  }

  /// A list of whole numbers within a range, or nil.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else or out of range.
  public mutating func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
    try value(key)?.array().map { try $0.integer(in: range) }
  }

  /// One of several texts, or a default; without a default the member is required.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the nearest valid choice.
  public mutating func choice(
    _ key: String, among choices: [String], default fallback: String? = nil
  ) throws -> String {
    if value(key) == nil, let fallback { return fallback }
    let value = try required(key)
    let name = try value.string()
    guard choices.contains(name) else {
      throw ZooError(
        .badValue, "unknown \(key) \"\(name)\"; \(suggestion(for: name, among: choices))",
        at: value.place)
    }
    return name
  }

  /// One of the cases of a type, by its raw value, or a default; without a default the member is required.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the nearest valid choice.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default fallback: Choice? = nil
  ) throws -> Choice {
    let name = try choice(
      key, among: Choice.allCases.map(\.rawValue), default: fallback?.rawValue)
    guard let found = Choice(rawValue: name) else {
      preconditionFailure("\(name) is a raw value and yet no case")
    }
    return found
  }

  /// A reader of a member that is an object, or nil.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public mutating func object(_ key: String) throws -> JSONObject? { try value(key)?.object() }

  /// Refuses members that were never asked for.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the key, its line and the nearest valid one.
  public func finish() throws {
    for member in members where !known.contains(member.key) {
      throw ZooError(
        .badValue,
        "unknown key \"\(member.key)\"; \(suggestion(for: member.key, among: known))",
        at: member.value.place)
    }
  }
}
