import EncoderKit

/// How files spell the keys of an EfficientNet that are not timm's: torchvision's, those of the first PyTorch version
/// (`_blocks.0._depthwise_conv`, …), and transformers' `EfficientNetModel`.
struct EfficientNetKeys {
  private let layers: [[InvertedResidual.Shape]]
  /// The blocks one after the other, with the beginnings of their keys.
  private let blocks: [(prefix: String, shape: InvertedResidual.Shape)]

  init(_ configuration: EfficientNetConfiguration) {
    layers = configuration.layers
    blocks = configuration.blocks
  }

  /// Beginnings of names outside of blocks, and what stands there in timm's.
  private static let whole: [(String, String)] = [
    ("_conv_stem.", "conv_stem."), ("_bn0.", "bn1."), ("_conv_head.", "conv_head."),
    ("_bn1.", "bn2."), ("_fc.", "classifier."),
    ("embeddings.convolution.", "conv_stem."), ("embeddings.batchnorm.", "bn1."),
    ("encoder.top_conv.", "conv_head."), ("encoder.top_bn.", "bn2."),
    ("features.0.0.", "conv_stem."), ("features.0.1.", "bn1."), ("features.8.0.", "conv_head."),
    ("features.8.1.", "bn2."), ("classifier.1.", "classifier."),
  ]
  /// Layers of a block: a convolution, or the normalisation behind one.
  private static let inBlock: [(String, InvertedResidual.Shape.Part, isConvolution: Bool)] = [
    ("_expand_conv.", .widen, true), ("_bn0.", .widen, false), ("_depthwise_conv.", .look, true),
    ("_bn1.", .look, false), ("_project_conv.", .narrow, true), ("_bn2.", .narrow, false),
    ("expansion.expand_conv.", .widen, true), ("expansion.expand_bn.", .widen, false),
    ("depthwise_conv.depthwise_conv.", .look, true),
    ("depthwise_conv.depthwise_norm.", .look, false),
    ("projection.project_conv.", .narrow, true), ("projection.project_bn.", .narrow, false),
  ]
  /// The gate's.
  private static let inGate: [(String, String)] = [
    ("_se_reduce.", "se.conv_reduce."), ("_se_expand.", "se.conv_expand."),
    ("squeeze_excite.reduce.", "se.conv_reduce."), ("squeeze_excite.expand.", "se.conv_expand."),
  ]

  /// What a tensor is, by its name; nil for timm's own names and unknown ones.
  func published(_ name: String) -> PublishedName? {
    for (begin, own) in Self.whole where name.hasPrefix(begin) {
      return .key(own + name.dropFirst(begin.count))
    }
    for begin in ["_blocks.", "encoder.blocks."] where name.hasPrefix(begin) {
      let parts = name.dropFirst(begin.count).split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let index = Int(parts[0]), blocks.indices.contains(index) else {
        return nil
      }
      let (prefix, shape) = blocks[index]
      return inBlock(String(parts[1]), shape).map { .key(prefix + $0) }
    }
    return torchvision(name.split(separator: "."))
  }

  private func inBlock(_ name: String, _ shape: InvertedResidual.Shape) -> String? {
    for (begin, part, isConvolution) in Self.inBlock
    where name.hasPrefix(begin) && shape.parts.contains(part) {
      let own = isConvolution ? shape.convolution(part) : shape.normalization(part)
      return "\(own).\(name.dropFirst(begin.count))"
    }
    for (begin, own) in Self.inGate where name.hasPrefix(begin) {
      return own + name.dropFirst(begin.count)
    }
    return nil
  }

  /// `features.LAYER.BLOCK.block.…`, layers from 1.
  private func torchvision(_ name: [Substring]) -> PublishedName? {
    guard name.count > 4, name[0] == "features", name[3] == "block", let layer = Int(name[1]),
      let block = Int(name[2]), layers.indices.contains(layer - 1),
      layers[layer - 1].indices.contains(block)
    else { return nil }
    return layers[layer - 1][block].torchvision(Array(name[4...]))
      .map { .key("blocks.\(layer - 1).\(block).\($0)") }
  }
}
