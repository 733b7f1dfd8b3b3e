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
  /// - Returns: a tokenizer that cuts as the published one does.
  /// - Throws: `ZooError` that names what is missing, damaged or not built.
  public static func tokenizer(_ files: EncoderFiles, special: SpecialPieces) throws
    -> any TextTokenizer
  {
    if let value = try files.json("tokenizer.json") {
      return try TokenizerDescription(value).tokenizer(special)
    }
    if let lines = try files.lines("vocab.txt") { return try wordPieces(lines, files, special) }
    if let value = try files.json("vocab.json"), let merges = try files.lines("merges.txt") {
      return try bytePairs(value, merges, files, special)
    }
    for name in sentencePieceNames {
      if let bytes = files.bytes(name) {
        return try SentencePieceFile(Array(bytes), at: files.place(name)).tokenizer(special)
      }
    }
    throw ZooError(
      .notFound,
      "no tokenizer is there: expected tokenizer.json, vocab.txt, vocab.json with merges.txt, or"
        + " \(sentencePieceNames[0])",
      at: Place(path: files.folder),
      advice: "put the files that were published with the weights into their folder")
  }

  /// What SentencePiece's files are called.
  private static let sentencePieceNames = [
    "sentencepiece.bpe.model", "spiece.model", "tokenizer.model",
  ]

  /// The names of all files that a tokenizer may be read from.
  public static let names =
    ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt"]
    + sentencePieceNames

  private static func bytePairs(
    _ value: JSONValue, _ lines: [String], _ files: EncoderFiles, _ special: SpecialPieces
  ) throws -> BytePairTokenizer {
    let entries = try value.object().members.map {
      (piece: $0.key, id: try $0.value.integer(in: 0...10_000_000))
    }
    var vocabulary = [String](repeating: "", count: (entries.map(\.id).max() ?? -1) + 1)
    for entry in entries { vocabulary[entry.id] = entry.piece }
    var addsSpace = false
    if var object = try files.json("tokenizer_config.json")?.object() {
      addsSpace = try object.boolean("add_prefix_space", default: false)
    }
    let merges = try lines.enumerated().compactMap { number, line in
      line.isEmpty || number == 0 && line.hasPrefix("#")
        ? nil
        : try merge(line, at: Place(path: files.place("merges.txt").path, line: number + 1))
    }
    return try BytePairTokenizer(
      vocabulary: vocabulary, merges: merges, addsSpace: addsSpace, special: special)
  }

  /// The pair of a line.
  static func merge(_ line: String, at place: Place) throws -> (left: String, right: String) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ZooError(.badFormat, "expected two pieces with a space between", at: place)
    }
    return (String(parts[0]), String(parts[1]))
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
