/// What a `tokenizer.json` says: how texts are cleaned, cut, and spelled in pieces.
struct TokenizerDescription {
  private let value: JSONValue
  private let model: JSONObject

  /// - Throws: `ZooError` with line and key where it is no such description.
  init(_ value: JSONValue) throws {
    self.value = value
    var root = try value.object()
    model = try root.required("model").object()
  }

  /// The tokenizer.
  ///
  /// - Throws: `ZooError` for a kind that is not built.
  func tokenizer(_ special: SpecialPieces) throws -> any TextTokenizer {
    var model = model
    let kind = try model.string("type", default: "WordPiece")
    switch kind {
    case "WordPiece": return try wordPieces(special)
    default:
      throw ZooError(
        .unsupported, "not built: a tokenizer of type \"\(kind)\"; expected WordPiece",
        at: model.place)
    }
  }

  private func wordPieces(_ given: SpecialPieces) throws -> WordPieceTokenizer {
    var model = model
    var special = given
    special.unknown = try model.string("unk_token", default: special.unknown)
    var rules = BertTextRules(lowercases: true)
    if var normalizer = try part("normalizer") {
      let kind = try normalizer.string("type")
      guard kind == "BertNormalizer" else {
        throw ZooError(
          .unsupported, "not built: a normalizer \"\(kind)\"; expected BertNormalizer",
          at: normalizer.place)
      }
      rules.lowercases = try normalizer.boolean("lowercase", default: true)
      rules.stripsAccents = try normalizer.boolean("strip_accents", default: rules.lowercases)
      rules.separatesChinese = try normalizer.boolean("handle_chinese_chars", default: true)
      rules.cleans = try normalizer.boolean("clean_text", default: true)
    }
    if var cutter = try part("pre_tokenizer") {
      let kind = try cutter.string("type")
      guard kind == "BertPreTokenizer" else {
        throw ZooError(
          .unsupported, "not built: a pre-tokenizer \"\(kind)\"; expected BertPreTokenizer",
          at: cutter.place)
      }
    }
    return try WordPieceTokenizer(
      vocabulary: vocabulary(), rules: rules, special: special,
      prefix: model.string("continuing_subword_prefix", default: "##"),
      longestWord: model.integer("max_input_chars_per_word", in: 1...100_000, default: 100))
  }

  /// A member of the root that is an object; nil where it is absent.
  private func part(_ key: String) throws -> JSONObject? {
    var root = try value.object()
    return try root.object(key)
  }

  /// The pieces by their ids; ids that no piece has are empty.
  private func vocabulary() throws -> [String] {
    var model = model
    let entries = try model.required("vocab").object().members
    var pieces: [(piece: String, id: Int)] = try entries.map {
      ($0.key, try $0.value.integer(in: 0...10_000_000))
    }
    var root = try value.object()
    for added in try root.value("added_tokens")?.array() ?? [] {
      var object = try added.object()
      pieces.append(
        (try object.string("content"), try object.required("id").integer(in: 0...10_000_000)))
    }
    var vocabulary = [String](repeating: "", count: (pieces.map(\.id).max() ?? -1) + 1)
    for entry in pieces { vocabulary[entry.id] = entry.piece }
    return vocabulary
  }
}
