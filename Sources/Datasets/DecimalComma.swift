/// Numbers as tables write them, with a point or with a decimal comma.
enum DecimalComma {
  /// The number a text is, and whether it has a decimal comma; nil where it is none.
  ///
  /// One comma between digits is a decimal comma. Three digits behind it might also be thousands, which
  /// `isAmbiguous` tells.
  static func number(_ text: String) -> (value: Double, hasComma: Bool)? {
    if let value = Double(text) { return (value, false) }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, isDigits(parts[1]), isDigits(signless(parts[0])),
      let value = Double(parts.joined(separator: "."))
    else { return nil }
    return (value, true)
  }

  /// Whether a text may be thousands as well as a fraction: `1,024`.
  static func isAmbiguous(_ text: String) -> Bool {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 3, isDigits(parts[1]) else { return false }
    let whole = signless(parts[0])
    return (1...3).contains(whole.utf8.count) && isDigits(whole) && whole.first != "0"
  }

  private static func signless(_ text: Substring) -> Substring {
    text.first == "-" || text.first == "+" ? text.dropFirst() : text
  }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
