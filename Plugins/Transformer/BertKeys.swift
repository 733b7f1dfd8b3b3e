import EncoderKit

/// How files of transformers spell the keys of a BERT: `BertModel`'s, with or without what stands before them.
enum BertKeys {
  private static let queries = [
    "attention.self.query.", "attention.self.key.", "attention.self.value.",
  ]

  /// What a tensor is, by its name; nil where it is the encoder's own key or unknown.
  static func published(_ name: String) -> PublishedName? {
    if name == "embeddings.position_ids" || name == "embeddings.token_type_ids" {
      return .leftOut(reason: "counts positions")
    }
    if name.hasPrefix("pooler.dense.") {
      return .leftOut(reason: "the published pooler, which the option \"pooling\" does not ask for")
    }
    for begin in ["cls.", "lm_head.", "cls_projection_head.", "classifier."]
    where name.hasPrefix(begin) {
      return .leftOut(reason: "heads of the published model")
    }
    // Files of TensorFlow spelled the two parameters of a normalisation so.
    for (old, new) in [
      ("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"),
    ]
    where name.hasSuffix(old) {
      let plain = name.dropLast(old.count) + new
      return published(String(plain)) ?? .key(String(plain))
    }
    guard name.hasPrefix("encoder.layer.") else { return nil }
    let parts = name.split(separator: ".", maxSplits: 3)
    guard parts.count == 4 else { return nil }
    let (layer, rest) = (parts[..<3].joined(separator: "."), parts[3])
    for (index, begin) in queries.enumerated() where rest.hasPrefix(begin) {
      return .piece(
        key: "\(layer).attention.qkv.\(rest.dropFirst(begin.count))", index: index,
        count: queries.count)
    }
    for (published, own) in [
      ("attention.output.dense.", "attention.proj."),
      ("attention.output.LayerNorm.", "attention.LayerNorm."),
    ] where rest.hasPrefix(published) {
      return .key("\(layer).\(own)\(rest.dropFirst(published.count))")
    }
    return nil
  }
}
