/// Reads the tokenizer that was published with an encoder's weights.
public enum TokenizerFiles {
  /// The tokenizer of `tokenizer.json`, or else of `vocab.txt`, as a BERT's are.
  ///
  /// `tokenizer.json` is the form of the library tokenizers, https://huggingface.co/docs/tokenizers; what cuts, pads and
  /// shortens there is not read but for the pieces around every text. `vocab.txt` holds a piece a line;
  /// `tokenizer_config.json` beside it tells whether capitals and accents stay.
  ///
  /// - Parameters:
  ///   - files: The files that were read.
  ///   - special: How the vocabulary spells the pieces that no text holds.
  /// - Throws: `ZooError` that names what is missing, damaged or not built.
  public static func tokenizer(_ files: EncoderFiles, special: SpecialPieces) throws
    -> any TextTokenizer
  {
    if let value = try files.json("tokenizer.json") {
      return try TokenizerDescription(value).tokenizer(special)
    }
    if let lines = try files.lines("vocab.txt") { return try wordPieces(lines, files, special) }
    throw ZooError(
      .notFound,
      "no tokenizer is there: expected tokenizer.json, or vocab.txt",
      at: Place(path: files.folder),
      advice: "put the files that were published with the weights into their folder")
  }

  private static func wordPieces(
    _ lines: [String], _ files: EncoderFiles, _ special: SpecialPieces
  ) throws -> WordPieceTokenizer {
    // A vocabulary with capitals can't be of a tokenizer that takes them away.
    var rules = BertTextRules(lowercases: !lines.contains { hasCapital($0) })
    if var object = try files.json("tokenizer_config.json")?.object() {
      rules.lowercases = try object.boolean("do_lower_case", default: rules.lowercases)
      rules.stripsAccents = try object.boolean("strip_accents", default: rules.lowercases)
      rules.separatesChinese = try object.boolean("tokenize_chinese_chars", default: true)
    }
    do {
      return try WordPieceTokenizer(vocabulary: lines, rules: rules, special: special)
    } catch let error as ZooError {
      throw ZooError(error.code, error.message, at: files.place("vocab.txt"))
    }
  }

  private static func hasCapital(_ piece: String) -> Bool {
    !piece.hasPrefix("[") && piece.unicodeScalars.contains { $0.properties.isUppercase }
  }
}
