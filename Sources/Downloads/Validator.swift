/// A text by which a server tells one version of a file from another (RFC 9110, section 8.8).
enum Validator: Sendable, Equatable {
  /// A strong entity tag, quotes included.
  case entityTag(String)
  /// The date of the last change.
  case date(String)

  /// Nil for a missing, weak or malformed tag: a weak one doesn't promise the same bytes.
  init?(entityTag text: String?) {
    guard let text, text.utf8.count >= 2, text.utf8.count <= 256, text.hasPrefix("\""),
      text.hasSuffix("\""), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      !text.dropFirst().dropLast().contains("\"")
    else { return nil }
    self = .entityTag(text)
  }

  /// Nil for what can't be a date.
  init?(date text: String?) {
    guard let text, (8...64).contains(text.utf8.count),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 })
    else { return nil }
    self = .date(text)
  }

  /// The value of an If-Range header.
  var text: String {
    switch self {
    case .entityTag(let text), .date(let text): text
    }
  }
}
