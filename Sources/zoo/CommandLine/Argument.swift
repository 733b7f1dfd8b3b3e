/// An argument of a command, told by its position.
struct Argument: Sendable {
  /// Its name in help, in capitals, such as `SPEC`.
  let name: String
  /// What it is, in a sentence.
  let help: String
  /// Whether it may be left out.
  let isOptional: Bool
  /// Whether it takes all that follow; only the last argument may.
  let isRepeatable: Bool

  /// An argument, required and single unless said otherwise.
  init(_ name: String, _ help: String, isOptional: Bool = false, isRepeatable: Bool = false) {
    self.name = name
    self.help = help
    self.isOptional = isOptional
    self.isRepeatable = isRepeatable
  }

  /// As it stands in a usage line: `SPEC`, `[SPEC]`, `FILE...`.
  var spelling: String {
    let text = name + (isRepeatable ? "..." : "")
    return isOptional ? "[\(text)]" : text
  }
}
