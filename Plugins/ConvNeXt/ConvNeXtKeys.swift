import EncoderKit

/// How files spell the keys of a ConvNeXt that are not timm's: torchvision's, those of the original of both versions, and
/// transformers' `ConvNextModel` and `ConvNextV2Model`.
enum ConvNeXtKeys {
  /// Beginnings of names outside of blocks, and what stands there in timm's.
  private static let whole: [(String, String)] = [
    ("features.0.", "stem."), ("classifier.0.", "head.norm."), ("classifier.2.", "head.fc."),
    ("downsample_layers.0.", "stem."), ("norm.", "head.norm."), ("head.weight", "head.fc.weight"),
    ("head.bias", "head.fc.bias"), ("embeddings.patch_embeddings.", "stem.0."),
    ("embeddings.layernorm.", "stem.1."), ("layernorm.", "head.norm."),
    ("classifier.weight", "head.fc.weight"), ("classifier.bias", "head.fc.bias"),
  ]
  /// The same behind the number of a block.
  private static let inBlock: [(String, String)] = [
    ("block.0.", "conv_dw."), ("block.2.", "norm."), ("block.3.", "mlp.fc1."),
    ("block.5.", "mlp.fc2."), ("layer_scale_parameter", "gamma"), ("layer_scale", "gamma"),
    ("dwconv.", "conv_dw."), ("layernorm.", "norm."), ("norm.", "norm."), ("pwconv1.", "mlp.fc1."),
    ("pwconv2.", "mlp.fc2."), ("grn.weight", "mlp.grn.weight"), ("grn.bias", "mlp.grn.bias"),
    ("grn.gamma", "mlp.grn.weight"), ("grn.beta", "mlp.grn.bias"), ("gamma", "gamma"),
  ]

  /// What a tensor is, by its name; nil for timm's own names and unknown ones.
  static func published(_ name: String) -> PublishedName? {
    for (begin, own) in whole where name.hasPrefix(begin) {
      return .key(own + name.dropFirst(begin.count))
    }
    let parts = name.split(separator: ".").map(String.init)
    return (torchvision(parts) ?? original(parts) ?? transformers(parts)).map { .key($0) }
  }

  private static func inBlock(_ layer: Int, _ block: String, _ name: ArraySlice<String>) -> String?
  {
    let rest = name.joined(separator: ".")
    guard Int(block) != nil, let found = inBlock.first(where: { rest.hasPrefix($0.0) }) else {
      return nil
    }
    return "stages.\(layer).blocks.\(block).\(found.1)\(rest.dropFirst(found.0.count))"
  }

  private static func reduction(_ layer: Int, _ name: ArraySlice<String>) -> String {
    "stages.\(layer).downsample.\(name.joined(separator: "."))"
  }

  /// `features.1`, `features.3`, … are layers, `features.2`, `features.4`, … what halves the map before them.
  private static func torchvision(_ name: [String]) -> String? {
    guard name.count >= 4, name[0] == "features", let number = Int(name[1]), number > 0 else {
      return nil
    }
    return number % 2 == 0
      ? reduction(number / 2, name[2...]) : inBlock(number / 2, name[2], name[3...])
  }

  private static func original(_ name: [String]) -> String? {
    guard name.count >= 4, let layer = Int(name[1]) else { return nil }
    switch name[0] {
    case "downsample_layers": return reduction(layer, name[2...])
    case "stages" where name[2] != "blocks" && name[2] != "downsample":
      return inBlock(layer, name[2], name[3...])
    default: return nil
    }
  }

  private static func transformers(_ name: [String]) -> String? {
    guard name.count >= 5, name[0] == "encoder", name[1] == "stages", let layer = Int(name[2])
    else { return nil }
    switch name[3] {
    case "downsampling_layer": return reduction(layer, name[4...])
    case "layers": return inBlock(layer, name[4], name[5...])
    default: return nil
    }
  }
}
