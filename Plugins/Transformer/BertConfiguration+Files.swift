import EncoderKit

extension BertConfiguration {
  /// The sizes of a name, of the weights' `config.json` where it is there, and of options.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range, and for a `config.json` of another kind of model or of
  ///   other sizes than the name and the options say.
  init(_ size: TransformerEntry.Size, files: EncoderFiles, options: JSONObject) throws {
    var options = options
    self = size.configuration ?? BertConfiguration()
    family = size.family
    if family == .roberta, size.configuration == nil { self = .robertaBase }
    let named = self
    if let published = try files.json("config.json") {
      try read(published, files.place("config.json"))
      if size.configuration != nil, let other = difference(from: named) {
        throw ZooError(
          .conflict, "says \(other.name) \(other.own); \(size.name) has \(other.other)",
          at: files.place("config.json"),
          advice:
            "choose \"encoder\": \"\(family.rawValue)\", which takes its sizes from config.json")
      }
    }
    let read = self
    width = try options.integer("width", in: 1...4096, default: width)
    depth = try options.integer("depth", in: 1...48, default: depth)
    heads = try options.integer("heads", in: 1...64, default: heads)
    hidden = try options.integer("hidden", in: 1...16_384, default: hidden)
    dropout = Float(try options.number("dropout", in: 0...0.9, default: Double(dropout)))
    pooling = try options.choice("pooling", default: pooling)
    maximumPieces = try options.integer(
      "maximumPieces", in: 4...positions, default: min(512, positions))
    longTexts = try options.choice("longTexts", default: longTexts)
    let place = options.place
    try options.finish()
    guard width % heads == 0 else {
      throw ZooError(
        .badValue, "\(heads) heads can't share a width of \(width)", at: place)
    }
    if files.bytes("config.json") != nil, let other = difference(from: read) {
      throw ZooError(
        .conflict,
        "\"\(other.name)\" is \(other.own), and config.json of the weights says \(other.other)",
        at: place, advice: "leave the option out")
    }
  }

  /// The first of the sizes that is another than another configuration's.
  private func difference(from other: BertConfiguration) -> (name: String, own: Int, other: Int)? {
    [
      ("width", width, other.width), ("depth", depth, other.depth), ("heads", heads, other.heads),
      ("hidden", hidden, other.hidden),
    ].first { $0.1 != $0.2 }
  }

  /// Model types of `config.json`, and what they are here.
  private static let kinds: [String: Family] = [
    "bert": .bert, "cxr-bert": .bert, "roberta": .roberta, "xlm-roberta": .roberta,
    "camembert": .roberta,
  ]

  private mutating func read(_ value: JSONValue, _ place: Place) throws {
    let object = try value.object()
    func integer(_ key: String, _ now: Int) throws -> Int {
      guard let value = object.members.first(where: { $0.key == key })?.value else { return now }
      return try value.integer(in: 0...10_000_000)
    }
    func text(_ key: String) throws -> String? {
      try object.members.first { $0.key == key }?.value.string()
    }
    if let kind = try text("model_type") {
      guard let found = BertConfiguration.kinds[kind] else {
        throw ZooError(
          .unsupported,
          "is of a model \"\(kind)\"; known are \(BertConfiguration.kinds.keys.sorted().joined(separator: ", "))",
          at: place)
      }
      guard found == family else {
        throw ZooError(
          .conflict, "is of a \(kind), whose encoder here is \"\(found.rawValue)\"", at: place,
          advice: "choose \"encoder\": \"\(found.rawValue)\"")
      }
    }
    if let activation = try text("hidden_act"), activation != "gelu" {
      throw ZooError(
        .unsupported, "not built: the activation \"\(activation)\"; expected gelu", at: place)
    }
    if let kind = try text("position_embedding_type"), kind != "absolute" {
      throw ZooError(
        .unsupported, "not built: positions \"\(kind)\"; expected absolute", at: place)
    }
    width = try integer("hidden_size", width)
    depth = try integer("num_hidden_layers", depth)
    heads = try integer("num_attention_heads", heads)
    hidden = try integer("intermediate_size", hidden)
    types = try integer("type_vocab_size", types)
    pieces = try integer("vocab_size", 0)
    if pieces == 0 { pieces = nil }
    let rows = try integer("max_position_embeddings", positions + firstPosition)
    guard rows > firstPosition + 4, width > 0, heads > 0 else {
      throw ZooError(.badValue, "sizes that no model has", at: place)
    }
    positions = rows - firstPosition
    if let value = object.members.first(where: { $0.key == "layer_norm_eps" })?.value {
      epsilon = Float(try value.number(in: 0...1))
    }
  }
}
