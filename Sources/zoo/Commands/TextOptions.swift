import Datasets

/// The options that name a report.
extension ZooCommand {
  /// A text as it stands, or a file that holds one.
  static let textOptions: [Option] = [
    .value("text", "STRING", "A report's text itself."),
    .value("text-file", "FILE", "A plain UTF-8 file that holds a report's text."),
  ]

  /// The text that `textOptions` give; nil where they give none.
  ///
  /// - Throws: `ZooError` for both options, a path in place of a text, or a file that can't be used.
  static func givenText(_ arguments: ParsedArguments) throws -> String? {
    let (text, file) = (arguments.optionalString("text"), arguments.optionalString("text-file"))
    guard text == nil || file == nil else {
      throw arguments.error("--text and --text-file both give the report; leave out one of them")
    }
    if let file { return try GivenText.read(file) }
    if let text { try GivenText.check(text) }
    return text
  }
}
