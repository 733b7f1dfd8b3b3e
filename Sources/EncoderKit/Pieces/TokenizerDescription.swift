import Foundation

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
    // Old files of WordPiece name no type.
    switch try model.string("type", default: "WordPiece") {
    case "WordPiece": return try wordPieces(special)
    case "BPE": return try bytePairs(special)
    case "Unigram": return try unigrams(special)
    case let kind:
      throw notBuilt("a tokenizer of type", kind, "WordPiece, BPE or Unigram", model.place)
    }
  }

  private func notBuilt(_ what: String, _ kind: String, _ expected: String, _ place: Place)
    -> ZooError
  {
    ZooError(.unsupported, "not built: \(what) \"\(kind)\"; expected \(expected)", at: place)
  }

  /// The parts of a normalizer or pre-tokenizer, one after another; none where it is absent.
  private func parts(_ key: String) throws -> [JSONObject] {
    guard var part = try part(key) else { return [] }
    guard try part.string("type") == "Sequence" else { return [part] }
    let list = part.value("normalizers") ?? part.value("pretokenizers")
    return try list?.array().map { try $0.object() } ?? []
  }

  private func bytePairs(_ special: SpecialPieces) throws -> BytePairTokenizer {
    var model = model
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = try model.optionalString(key), !text.isEmpty {
        throw notBuilt(key, text, "none", model.place)
      }
    }
    guard try parts("normalizer").isEmpty else {
      throw notBuilt("with byte pairs a", "normalizer", "none", model.place)
    }
    let cutters = try parts("pre_tokenizer")
    guard cutters.count == 1, var cutter = cutters.first else {
      throw notBuilt("with byte pairs", "\(cutters.count) pre-tokenizers", "ByteLevel", model.place)
    }
    let kind = try cutter.string("type")
    guard kind == "ByteLevel", try cutter.boolean("use_regex", default: true) else {
      throw notBuilt("with byte pairs the pre-tokenizer", kind, "ByteLevel", cutter.place)
    }
    let merges = try model.required("merges").array().map { value in
      if case .array(let pair) = value.content, pair.count == 2 {
        return (left: try pair[0].string(), right: try pair[1].string())
      }
      return try TokenizerFiles.merge(value.string(), at: value.place)
    }
    return try BytePairTokenizer(
      vocabulary: vocabulary(), merges: merges,
      addsSpace: cutter.boolean("add_prefix_space", default: true), special: special)
  }

  private func unigrams(_ special: SpecialPieces) throws -> UnigramTokenizer {
    var model = model
    if try model.boolean("byte_fallback", default: false) {
      throw notBuilt("with unigrams", "byte_fallback", "none", model.place)
    }
    var map: [UInt8]?
    var joinsSpaces = false
    for part in try parts("normalizer") {
      var part = part
      switch try part.string("type") {
      case "Precompiled":
        guard let data = Data(base64Encoded: try part.string("precompiled_charsmap")) else {
          throw ZooError(
            .badFormat, "the table of characters is no Base64", at: part.place)
        }
        map = Array(data)
      // Several spaces to one.
      case "Replace": joinsSpaces = true
      case let kind:
        throw notBuilt("with unigrams the normalizer", kind, "Precompiled", part.place)
      }
    }
    for part in try parts("pre_tokenizer") {
      var part = part
      switch try part.string("type") {
      case "WhitespaceSplit": joinsSpaces = true
      case "Metaspace": break
      case let kind:
        throw notBuilt(
          "with unigrams the pre-tokenizer", kind, "WhitespaceSplit or Metaspace", part.place)
      }
    }
    let pieces = try model.required("vocab").array().map { entry in
      let pair = try entry.array()
      guard pair.count == 2 else {
        throw ZooError(.badFormat, "expected a piece and its score", at: entry.place)
      }
      return (piece: try pair[0].string(), score: try pair[1].number())
    }
    return try UnigramTokenizer(
      pieces: pieces + added(behind: pieces.count), characterMap: map, joinsSpaces: joinsSpaces,
      special: special)
  }

  /// Pieces that were added behind a vocabulary, such as `<mask>`, which no text is to give.
  private func added(behind count: Int) throws -> [(piece: String, score: Double)] {
    var root = try value.object()
    return try (root.value("added_tokens")?.array() ?? []).compactMap { entry in
      var object = try entry.object()
      let id = try object.required("id").integer(in: 0...10_000_000)
      return id < count ? nil : (try object.string("content"), 0)
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
