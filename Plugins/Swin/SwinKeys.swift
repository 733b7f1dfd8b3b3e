import EncoderKit

/// How files spell the keys of a Swin transformer: torchvision's, those of the original, and transformers' `SwinModel`.
///
/// timm has what joins tokens at the beginning of a layer, the original and transformers at the end of the one before, under
/// the same name: its shape tells which it is.
struct SwinKeys {
  private let configuration: SwinConfiguration

  init(_ configuration: SwinConfiguration) { self.configuration = configuration }

  /// Beginnings of names outside of layers, and what stands there in timm's.
  private static let whole: [(String, String)] = [
    ("features.0.0.", "patch_embed.proj."), ("features.0.2.", "patch_embed.norm."),
    ("embeddings.patch_embeddings.projection.", "patch_embed.proj."),
    ("embeddings.norm.", "patch_embed.norm."), ("layernorm.", "norm."),
    ("head.weight", "head.fc.weight"), ("head.bias", "head.fc.bias"),
    ("classifier.", "head.fc."),
  ]
  /// The same behind the number of a block.
  private static let inBlock: [(String, String)] = [
    ("norm1.", "norm1."), ("norm2.", "norm2."), ("attn.qkv.", "attn.qkv."),
    ("attn.proj.", "attn.proj."),
    ("attn.relative_position_bias_table", "attn.relative_position_bias_table"),
    ("mlp.0.", "mlp.fc1."), ("mlp.3.", "mlp.fc2."), ("mlp.fc1.", "mlp.fc1."),
    ("mlp.fc2.", "mlp.fc2."), ("layernorm_before.", "norm1."), ("layernorm_after.", "norm2."),
    ("attention.self.relative_position_bias_table", "attn.relative_position_bias_table"),
    (
      "attention.relative_position_bias.relative_position_bias_table",
      "attn.relative_position_bias_table"
    ),
    ("attention.output.dense.", "attn.proj."), ("attention.o_proj.", "attn.proj."),
    ("intermediate.dense.", "mlp.fc1."), ("output.dense.", "mlp.fc2."),
  ]
  /// What queries, keys and values are called.
  private static let pieces = [
    ["attention.self.query.", "attention.self.key.", "attention.self.value."],
    ["attention.q_proj.", "attention.k_proj.", "attention.v_proj."],
  ]

  /// What a tensor is, by its name and shape; nil for timm's own names and unknown ones.
  func published(_ name: String, shape: [Int]) -> PublishedName? {
    if name.hasSuffix("relative_position_index") {
      return .leftOut(reason: "follows from the window")
    }
    if name.hasSuffix("attn_mask") { return .leftOut(reason: "follows from the images' size") }
    for (begin, own) in SwinKeys.whole where name.hasPrefix(begin) {
      return .key(own + name.dropFirst(begin.count))
    }
    var parts = name.split(separator: ".").map(String.init)
    if parts.first == "encoder" { parts.removeFirst() }
    guard parts.count >= 4, let number = Int(parts[1]) else { return nil }
    switch parts[0] {
    case "features":
      // 1, 3, … are layers, 2, 4, … what joins tokens before them.
      return number % 2 == 0
        ? .key("layers.\(number / 2).downsample.\(parts[2...].joined(separator: "."))")
        : SwinKeys.inBlock(number / 2, parts[2], parts[3...])
    case "layers" where parts[2] == "downsample": return merging(parts[3...], shape)
    case "layers" where parts[2] == "blocks" && parts.count > 4:
      return SwinKeys.inBlock(number, parts[3], parts[4...])
    default: return nil
    }
  }

  /// What joins tokens: two numbers of each feature of four tokens come out of it.
  private func merging(_ name: ArraySlice<String>, _ shape: [Int]) -> PublishedName? {
    guard let part = name.first, ["norm", "reduction"].contains(part), let extent = shape.first
    else { return nil }
    let width = part == "norm" ? extent / 2 : extent
    return configuration.blocks.indices.dropFirst().first {
      configuration.width(of: $0) == width
    }.map { .key("layers.\($0).downsample.\(name.joined(separator: "."))") }
  }

  private static func inBlock(_ layer: Int, _ block: String, _ name: ArraySlice<String>)
    -> PublishedName?
  {
    guard Int(block) != nil else { return nil }
    let (rest, begin) = (name.joined(separator: "."), "layers.\(layer).blocks.\(block).")
    for names in pieces {
      for (index, own) in names.enumerated() where rest.hasPrefix(own) {
        return .piece(
          key: "\(begin)attn.qkv.\(rest.dropFirst(own.count))", index: index, count: names.count)
      }
    }
    return inBlock.first { rest.hasPrefix($0.0) }.map {
      .key(begin + $0.1 + rest.dropFirst($0.0.count))
    }
  }
}
