/// Decimal numbers in bytes, as text files of vectors hold them; no locale takes part.
enum DecimalNumber {
  private static let exactFloats: [Float] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
  ]
  private static let exactDoubles: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Parses the number that starts at `offset` and ends before a space or the end; NaN when it is
  /// none or not finite.
  ///
  /// The result is the float nearest to the decimal number. `offset` moves behind what was read.
  @inline(__always)
  static func parse(_ text: UnsafeRawBufferPointer, from offset: inout Int) -> Float {
    let begin = offset
    var at = offset
    let count = text.count
    var isNegative = false
    if at < count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    while at < count, let digit = digit(text[at]) {
      mantissa = mantissa &* 10 &+ digit
      digits += 1
      at += 1
    }
    if at < count, text[at] == UInt8(ascii: ".") {
      at += 1
      let before = digits
      while at < count, let digit = digit(text[at]) {
        mantissa = mantissa &* 10 &+ digit
        digits += 1
        at += 1
      }
      exponent = before - digits
    }
    guard digits > 0 else { return .nan }
    if at < count, text[at] | 0x20 == UInt8(ascii: "e") {
      guard let written = exponentPart(text, &at) else { return .nan }
      exponent += written
    }
    guard at == count || text[at] == UInt8(ascii: " ") else { return .nan }
    offset = at
    // With more than 19 digits the mantissa may have wrapped around.
    if digits <= 19, let magnitude = exact(mantissa, exponent) {
      return isNegative ? -magnitude : magnitude
    }
    let value = Float(String(decoding: text[begin..<at], as: UTF8.self)) ?? .nan
    return value.isFinite ? value : .nan
  }

  /// Why a field is no number.
  static func fault(_ field: UnsafeRawBufferPointer) -> String {
    var offset = 0
    let value = parse(field, from: &offset)
    if field.isEmpty { return "is empty" }
    if !value.isNaN && offset == field.count { return "is a number" }
    let text = "is \"\(excerpt(field))\""
    if field.contains(UInt8(ascii: ",")) { return text + ", which has a comma" }
    if looksNumeric(field) { return text + ", which is not finite or no decimal number" }
    return text + ", which is no number"
  }

  /// Whether a field is or wants to be a number: a finite one, one out of range, with a decimal
  /// comma, or a NaN.
  static func looksNumeric(_ field: UnsafeRawBufferPointer) -> Bool {
    var hasDigit = false
    var isPlain = true
    for byte in field {
      if digit(byte) != nil {
        hasDigit = true
      } else if !"+-.,eE".utf8.contains(byte) {
        isPlain = false
        break
      }
    }
    if isPlain { return hasDigit }
    guard field.count <= 9 else { return false }
    var word = String(decoding: field, as: UTF8.self).lowercased()
    if word.hasPrefix("-") || word.hasPrefix("+") { word.removeFirst() }
    return ["nan", "inf", "infinity"].contains(word)
  }

  /// At most 40 bytes of a field, for messages.
  static func excerpt(_ field: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: field.prefix(40), as: UTF8.self)
    let visible = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "\u{fffd}" : Character(scalar)
    }
    return String(visible) + (field.count > 40 ? "…" : "")
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> UInt64? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? UInt64(value) : nil
  }

  private static func exponentPart(_ text: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
    at += 1
    var isNegative = false
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    var value = 0
    let first = at
    while at < text.count, let digit = digit(text[at]) {
      value = min(1_000_000, value * 10 + Int(digit))
      at += 1
    }
    return at == first ? nil : isNegative ? -value : value
  }

  /// `mantissa · 10^exponent` where one rounding gives the nearest float; nil elsewhere.
  ///
  /// W. D. Clinger, "How to read floating point numbers accurately" (PLDI 1990): both operands are
  /// exact, so the operation rounds once. By way of a double it rounds twice, which differs only if
  /// the double is the middle of two floats.
  @inline(__always)
  private static func exact(_ mantissa: UInt64, _ exponent: Int) -> Float? {
    if mantissa == 0 { return 0 }
    if mantissa < 1 << 24, exponent >= -10, exponent <= 10 {
      let value = Float(mantissa)
      return exponent < 0 ? value / exactFloats[-exponent] : value * exactFloats[exponent]
    }
    guard mantissa < 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
    let wide =
      exponent < 0
      ? Double(mantissa) / exactDoubles[-exponent] : Double(mantissa) * exactDoubles[exponent]
    // Subnormal floats have their middles elsewhere; large ones may round to infinity.
    guard wide >= Double(Float.leastNormalMagnitude), wide < 1e38,
      wide.bitPattern & 0x1fff_ffff != 0x1000_0000
    else { return nil }
    return Float(wide)
  }
}
