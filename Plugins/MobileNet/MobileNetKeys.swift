import EncoderKit

/// How files spell the keys of a MobileNet that are not timm's: torchvision's of both versions, those of the first PyTorch
/// version (one row of layers a block), and transformers' `MobileNetV2Model`.
struct MobileNetKeys {
  private let configuration: MobileNetConfiguration
  /// The blocks one after the other, with the beginnings of their keys.
  private let blocks: [(prefix: String, shape: InvertedResidual.Shape)]

  init(_ configuration: MobileNetConfiguration) {
    self.configuration = configuration
    blocks = configuration.blocks
  }

  /// What a tensor is, by its name and shape; nil for timm's own names and unknown ones.
  func published(_ name: String, shape: [Int]) -> PublishedName? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    let key: String?
    switch parts[0] {
    case "features": key = feature(Array(parts.dropFirst()), shape)
    case "classifier": key = classifier(Array(parts.dropFirst()))
    case "conv_stem", "layer", "conv_1x1": key = transformers(parts)
    default: key = nil
    }
    return key.map { .key($0) }
  }

  /// torchvision's head: in version 3 a layer, then the classifier proper.
  private func classifier(_ name: [Substring]) -> String? {
    guard name.count == 2 else { return nil }
    switch name[0] {
    case "0": return configuration.isVersion3 ? "conv_head.\(name[1])" : nil
    case "1": return configuration.isVersion3 ? nil : "classifier.\(name[1])"
    case "3": return configuration.isVersion3 ? "classifier.\(name[1])" : nil
    default: return nil
    }
  }

  private func feature(_ name: [Substring], _ shape: [Int]) -> String? {
    guard name.count >= 3, let index = Int(name[0]) else { return nil }
    let rest = name.dropFirst(2).joined(separator: ".")
    let isNormalization = name[1] == "1"
    if index == 0, name[1] == "0" || isNormalization {
      return (isNormalization ? "bn1." : "conv_stem.") + rest
    }
    if index == blocks.count + 1 {
      let keys =
        configuration.isVersion3
        ? (
          "blocks.\(configuration.layers.count).0.conv.",
          "blocks.\(configuration.layers.count).0.bn1."
        )
        : ("conv_head.", "bn2.")
      return (isNormalization ? keys.1 : keys.0) + rest
    }
    guard blocks.indices.contains(index - 1) else { return nil }
    let (prefix, block) = blocks[index - 1]
    let below = Array(name.dropFirst(2))
    let key =
      name[1] == "block"
      ? block.torchvision(below) : name[1] == "conv" ? version2(block, below, shape) : nil
    return key.map { prefix + $0 }
  }

  /// The layers of a block of version 2: torchvision has all but the last two in pairs (`0.0`, `0.1`, …, `2`, `3`), the first
  /// PyTorch version one row with a function after each pair but the last (`0`, `1`, `3`, `4`, `6`, `7`).
  private func version2(_ block: InvertedResidual.Shape, _ name: [Substring], _ shape: [Int])
    -> String?
  {
    guard name.count >= 2, let place = Int(name[0]) else { return nil }
    if name.count == 3 { return block.torchvision(name) }
    let count = block.parts.count
    let isConvolution = shape.count == 4
    // torchvision's last pair; the row's has other numbers, or another kind of tensor at this one.
    if place == count - 1, isConvolution {
      return "\(block.convolution(.narrow)).\(name[1])"
    }
    if place == count, !isConvolution {
      return "\(block.normalization(.narrow)).\(name[1])"
    }
    let (index, step) = (place / 3, place % 3)
    guard block.parts.indices.contains(index), step < 2 else { return nil }
    let part = block.parts[index]
    return (step == 0 ? block.convolution(part) : block.normalization(part)) + ".\(name[1])"
  }

  /// transformers' names; the stem holds the first block's layers.
  private func transformers(_ name: [Substring]) -> String? {
    let layers: [Substring: InvertedResidual.Shape.Part] = [
      "expand_1x1": .widen, "conv_3x3": .look, "reduce_1x1": .narrow,
    ]
    let (index, layer, rest): (Int, Substring, ArraySlice<Substring>)
    switch (name[0], name.count) {
    case ("conv_1x1", 3...): return outside(name[1...], "conv_head", "bn2")
    case ("conv_stem", 4...) where name[1] == "first_conv":
      return outside(name[2...], "conv_stem", "bn1")
    case ("conv_stem", 4...): (index, layer, rest) = (0, name[1], name[2...])
    case ("layer", 5...): (index, layer, rest) = ((Int(name[1]) ?? -2) + 1, name[2], name[3...])
    default: return nil
    }
    guard let part = layers[layer], blocks.indices.contains(index) else { return nil }
    let (prefix, block) = blocks[index]
    return outside(rest, block.convolution(part), block.normalization(part)).map { prefix + $0 }
  }

  private func outside(
    _ name: ArraySlice<Substring>, _ convolution: String, _ normalization: String
  ) -> String? {
    guard let kind = name.first, let last = name.dropFirst().first else { return nil }
    return ["convolution": convolution, "normalization": normalization][kind].map {
      "\($0).\(last)"
    }
  }
}
