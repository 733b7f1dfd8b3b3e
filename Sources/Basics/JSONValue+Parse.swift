import Foundation

extension JSONValue {
  /// Parses the content of a file.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or `.badFormat` with the line.
  public static func parse(contentsOf path: String) throws -> JSONValue {
    try parse(readFile(path), path: path)
  }

  /// Parses bytes as one JSON value in UTF-8.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line.
  public static func parse(_ data: Data, path: String? = nil, maximumDepth: Int = 64) throws
    -> JSONValue
  {
    try [UInt8](data).withUnsafeBufferPointer { bytes in
      var parser = JSONParser(bytes: bytes, path: path, maximumDepth: maximumDepth)
      return try parser.document()
    }
  }
}

/// The most bytes of a key path.
private let longestKeyPath = 200

/// A recursive-descent parser over bytes.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let path: String?
  let maximumDepth: Int
  var index = 0
  var line = 1

  init(bytes: UnsafeBufferPointer<UInt8>, path: String?, maximumDepth: Int) {
    self.bytes = bytes
    self.path = path
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws -> JSONValue {
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf {
      throw failure("starts with a byte-order mark; expected plain UTF-8")
    }
    skipSpace()
    let value = try value(key: "", depth: 0)
    skipSpace()
    if index < bytes.count { throw failure("trailing data after the value") }
    return value
  }

  private mutating func value(key: String, depth: Int) throws -> JSONValue {
    guard depth <= maximumDepth else { throw failure("nested deeper than \(maximumDepth)") }
    let place = Place(path: path, line: line, key: key)
    guard index < bytes.count else { throw failure("ends where a value was expected") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return JSONValue(try object(key: key, depth: depth), at: place)
    case UInt8(ascii: "["): return JSONValue(try array(key: key, depth: depth), at: place)
    case UInt8(ascii: "\""): return JSONValue(.string(try string()), at: place)
    case UInt8(ascii: "t"): return JSONValue(try literal("true", .boolean(true)), at: place)
    case UInt8(ascii: "f"): return JSONValue(try literal("false", .boolean(false)), at: place)
    case UInt8(ascii: "n"): return JSONValue(try literal("null", .null), at: place)
    default: return JSONValue(try number(), at: place)
    }
  }

  private mutating func object(key: String, depth: Int) throws -> JSONValue.Content {
    index += 1
    var members: [(key: String, value: JSONValue)] = []
    var seen: Set<String> = []
    skipSpace()
    if peek(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw failure("expected a key in double quotes")
      }
      let name = try string()
      // Strings are equal where characters are; keys are equal where their bytes are.
      guard
        seen.insert(name).inserted
          || !members.contains(where: { $0.key.utf8.elementsEqual(name.utf8) })
      else { throw failure("duplicate key \"\(name)\"") }
      skipSpace()
      guard peek(UInt8(ascii: ":")) else { throw failure("expected ':' after \"\(name)\"") }
      skipSpace()
      let inner = shortened(key.isEmpty ? name : "\(key).\(name)")
      members.append((name, try value(key: inner, depth: depth + 1)))
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      if peek(UInt8(ascii: "}")) { return .object(members) }
      throw failure("expected ',' or '}' after the value of \"\(name)\"")
    }
  }

  private mutating func array(key: String, depth: Int) throws -> JSONValue.Content {
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if peek(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipSpace()
      let inner = shortened("\(key)[\(elements.count)]")
      elements.append(try value(key: inner, depth: depth + 1))
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      if peek(UInt8(ascii: "]")) { return .array(elements) }
      throw failure("expected ',' or ']' in an array")
    }
  }

  /// A key path for messages: every value keeps its own, so a long key over many values must not
  /// stand in each.
  private func shortened(_ path: String) -> String {
    guard path.utf8.count > longestKeyPath else { return path }
    return String(path.unicodeScalars.prefix(longestKeyPath / 4 - 1)) + "…"
  }

  private mutating func literal(_ word: String, _ content: JSONValue.Content) throws
    -> JSONValue.Content
  {
    let end = index + word.utf8.count
    guard end <= bytes.count, bytes[index..<end].elementsEqual(word.utf8) else {
      throw failure("expected a value")
    }
    index = end
    return content
  }

  private mutating func number() throws -> JSONValue.Content {
    let start = index
    if peek(UInt8(ascii: "-")) {}
    let whole = digits()
    guard whole > 0 else { throw failure("expected a value") }
    let first = bytes[index - whole]
    guard whole == 1 || first != UInt8(ascii: "0") else { throw failure("a leading zero") }
    var isInteger = true
    if peek(UInt8(ascii: ".")) {
      isInteger = false
      guard digits() > 0 else { throw failure("expected digits after the decimal point") }
    }
    if peek(UInt8(ascii: "e")) || peek(UInt8(ascii: "E")) {
      isInteger = false
      if !peek(UInt8(ascii: "+")) { _ = peek(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw failure("expected digits in the exponent") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw failure("the number \(text.prefix(40)) is out of range")
    }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
    return index - start
  }

  private mutating func string() throws -> String {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""),
      bytes[index] != UInt8(ascii: "\\"),
      bytes[index] >= 0x20
    { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
      let text = try text(bytes[start..<index])
      index += 1
      return text
    }
    var buffer = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return try buffer.withUnsafeBufferPointer { try text($0[...]) }
      case UInt8(ascii: "\\"): buffer.append(contentsOf: try escape())
      case 0..<0x20: throw failure("a control character in a string")
      default: buffer.append(byte)
      }
    }
    throw failure("a string without its closing quote")
  }

  private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>) throws -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw failure("a string is not valid UTF-8")
    }
    return text
  }

  private mutating func escape() throws -> [UInt8] {
    guard index < bytes.count else { throw failure("a string without its closing quote") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if code & 0xfc00 == 0xd800 {
        guard peek(UInt8(ascii: "\\")), peek(UInt8(ascii: "u")) else {
          throw failure("a lone surrogate in a string")
        }
        let low = try hexadecimal()
        guard low & 0xfc00 == 0xdc00 else { throw failure("a lone surrogate in a string") }
        code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("a lone surrogate in a string") }
      return Array(String(scalar).utf8)
    default: throw failure("an unknown escape in a string")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard index + 4 <= bytes.count else { throw failure("an incomplete \\u escape") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 128
      else { throw failure("an incomplete \\u escape") }
      code = code << 4 | UInt32(digit)
      index += 1
    }
    return code
  }

  private mutating func peek(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x0a: line += 1
      case 0x20, 0x09, 0x0d: break
      default: return
      }
      index += 1
    }
  }

  private func failure(_ message: String) -> ZooError {
    ZooError(.badFormat, "not valid JSON: \(message)", at: Place(path: path, line: line))
  }
}
