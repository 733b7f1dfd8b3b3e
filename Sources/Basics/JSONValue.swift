/// A JSON value that knows where in its file it stood.
///
/// Read by one strict parser (RFC 8259 with nothing added): no duplicate keys, no byte-order mark,
/// no trailing data, no lone surrogates, whole numbers kept apart from decimals (`2.0` is not an
/// integer), nesting bounded. Specifications, manifests, the registry and file headers all come
/// through here.
public struct JSONValue: Sendable {
  /// What a value holds; the members of an object stay in the order of the file.
  public enum Content: Sendable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number written without fraction and exponent, within 64 bits.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list of values.
    case array([JSONValue])
    /// Members by key.
    case object([(key: String, value: JSONValue)])
  }

  /// The value itself.
  public var content: Content
  /// Its file, line and key path, for messages.
  public var place: Place

  /// A value made in code.
  public init(_ content: Content, at place: Place = Place()) {
    self.content = content
    self.place = place
  }

  /// The kind of value, as messages call it.
  public var kindName: String {
    switch content {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: Equatable {
  /// Equality of contents; places and the order of members do not count.
  public static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a.content, b.content) {
    case (.null, .null): return true
    case (.boolean(let x), .boolean(let y)): return x == y
    case (.integer(let x), .integer(let y)): return x == y
    case (.number(let x), .number(let y)): return x == y
    case (.string(let x), .string(let y)): return x == y
    case (.array(let x), .array(let y)): return x == y
    case (.object(let x), .object(let y)):
      let members = Dictionary(y.map { ($0.key, $0.value) }) { first, _ in first }
      return x.count == y.count && x.allSatisfy { members[$0.key] == $0.value }
    default: return false
    }
  }
}

extension JSONValue: Hashable {
  /// Hashes what equality compares.
  public func hash(into hasher: inout Hasher) {
    switch content {
    case .null: hasher.combine(0)
    case .boolean(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let elements): hasher.combine(elements)
    case .object(let members):
      for member in members.sorted(by: { $0.key < $1.key }) {
        hasher.combine(member.key)
        hasher.combine(member.value)
      }
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self.init(.string(value)) }
  /// A whole number.
  public init(integerLiteral value: Int) { self.init(.integer(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self.init(.number(value)) }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self.init(.boolean(value)) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self.init(.array(elements)) }
  /// An object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(.object(elements.map { (key: $0.0, value: $0.1) }))
  }
  /// The literal `null`.
  public init(nilLiteral: ()) { self.init(.null) }
}

extension JSONValue {
  /// The text of this value.
  ///
  /// - Throws: `ZooError` of code `.badValue` with the place, when it is something else.
  public func string() throws -> String {
    guard case .string(let text) = content else { throw mismatch("a string") }
    return text
  }

  /// The whole number of this value.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is not one, or out of range.
  public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws -> Int {
    guard case .integer(let number) = content else { throw mismatch("a whole number") }
    guard range.contains(number) else {
      throw ZooError(
        .badValue, "found \(number); expected \(range.lowerBound) to \(range.upperBound)", at: place
      )
    }
    return number
  }

  /// The number of this value, whole or not.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is not one, or out of range.
  public func number(
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws -> Double {
    let found: Double
    switch content {
    case .integer(let number): found = Double(number)
    case .number(let number): found = number
    default: throw mismatch("a number")
    }
    guard range.contains(found) else {
      throw ZooError(
        .badValue, "found \(found); expected \(range.lowerBound) to \(range.upperBound)", at: place)
    }
    return found
  }

  /// The boolean of this value.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  public func boolean() throws -> Bool {
    guard case .boolean(let value) = content else { throw mismatch("true or false") }
    return value
  }

  /// The elements of this value.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is not an array.
  public func array() throws -> [JSONValue] {
    guard case .array(let elements) = content else { throw mismatch("an array") }
    return elements
  }

  /// A reader of this object's members.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is not an object.
  public func object() throws -> JSONObject {
    guard case .object(let members) = content else { throw mismatch("an object") }
    return JSONObject(members: members, place: place)
  }

  private func mismatch(_ expected: String) -> ZooError {
    ZooError(.badValue, "found \(kindName); expected \(expected)", at: place)
  }
}
