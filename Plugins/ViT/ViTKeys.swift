import EncoderKit

/// How files spell the keys of a vision transformer that are not timm's: torchvision's, those of the original DINOv2,
/// and transformers' `ViTModel` and `Dinov2Model`, as published files have them and as its version 5 writes them.
enum ViTKeys {
  /// Beginnings of names, and what stands there in timm's.
  private static let whole: [(String, String)] = [
    ("class_token", "cls_token"), ("conv_proj.", "patch_embed.proj."),
    ("encoder.pos_embedding", "pos_embed"), ("encoder.ln.", "norm."), ("heads.head.", "head."),
    ("register_tokens", "reg_token"),
    ("embeddings.cls_token", "cls_token"), ("embeddings.register_tokens", "reg_token"),
    ("embeddings.position_embeddings", "pos_embed"),
    ("embeddings.patch_embeddings.projection.", "patch_embed.proj."), ("layernorm.", "norm."),
    ("classifier.", "head."),
  ]
  /// The same behind the number of a block.
  private static let inBlock: [(String, String)] = [
    ("ln_1.", "norm1."), ("ln_2.", "norm2."), ("self_attention.in_proj_weight", "attn.qkv.weight"),
    ("self_attention.in_proj_bias", "attn.qkv.bias"), ("self_attention.out_proj.", "attn.proj."),
    ("mlp.0.", "mlp.fc1."), ("mlp.3.", "mlp.fc2."), ("mlp.linear_1.", "mlp.fc1."),
    ("mlp.linear_2.", "mlp.fc2."), ("mlp.w12.", "mlp.fc1."), ("mlp.w3.", "mlp.fc2."),
    ("mlp.weights_in.", "mlp.fc1."), ("mlp.weights_out.", "mlp.fc2."),
    ("layernorm_before.", "norm1."), ("layernorm_after.", "norm2."),
    ("attention.output.dense.", "attn.proj."), ("attention.o_proj.", "attn.proj."),
    ("intermediate.dense.", "mlp.fc1."),
    ("output.dense.", "mlp.fc2."), ("layer_scale1.lambda1", "ls1.gamma"),
    ("layer_scale2.lambda1", "ls2.gamma"), ("norm1.", "norm1."), ("norm2.", "norm2."),
    ("mlp.fc1.", "mlp.fc1."), ("mlp.fc2.", "mlp.fc2."),
  ]
  /// What queries, keys and values are called.
  private static let pieces = [
    ["attention.attention.query.", "attention.attention.key.", "attention.attention.value."],
    ["attention.q_proj.", "attention.k_proj.", "attention.v_proj."],
  ]

  /// What a tensor is, by its name; nil for timm's own names and unknown ones.
  static func published(_ name: String) -> PublishedName? {
    if name == "mask_token" || name == "embeddings.mask_token" {
      return .leftOut(reason: "stands for masked patches in pre-training")
    }
    if name.hasPrefix("pooler.") { return .leftOut(reason: "the published pooler") }
    for (begin, own) in whole where name.hasPrefix(begin) {
      return .key(own + name.dropFirst(begin.count))
    }
    for begin in ["encoder.layers.encoder_layer_", "encoder.layer.", "layers.", "blocks."]
    where name.hasPrefix(begin) {
      let parts = name.dropFirst(begin.count).split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let block = Int(parts[0]) else { return nil }
      return inBlock(String(parts[1]), "blocks.\(block).")
    }
    return nil
  }

  private static func inBlock(_ name: String, _ block: String) -> PublishedName? {
    for names in pieces {
      for (index, begin) in names.enumerated() where name.hasPrefix(begin) {
        return .piece(
          key: "\(block)attn.qkv.\(name.dropFirst(begin.count))", index: index, count: names.count)
      }
    }
    for (begin, own) in inBlock where name.hasPrefix(begin) {
      return .key(block + own + name.dropFirst(begin.count))
    }
    return nil
  }
}
