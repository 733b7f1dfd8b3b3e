import EncoderKit

/// A vision transformer: an image as a row of patches, and attention between them.
///
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021, https://arxiv.org/abs/2010.11929; the small
/// sizes of Touvron et al. 2021 (DeiT), https://arxiv.org/abs/2012.12877; layer scale, as in Oquab et al. 2023 (DINOv2),
/// https://arxiv.org/abs/2304.07193; registers of Darcet et al. 2024, https://arxiv.org/abs/2309.16588; the gated hidden
/// layer of Shazeer 2020, https://arxiv.org/abs/2002.05202. Images `[batch, height, width, channels]` to features
/// `[batch, width]`: the class token, or the mean of the patches, behind the last normalisation. Keys are timm's
/// (`cls_token`, `reg_token`, `pos_embed`, `patch_embed.proj.weight`, `blocks.0.attn.qkv.weight`, …) without `head`.
struct VisionTransformer: ImageEncoder {
  private let configuration: ViTConfiguration
  private let patches: Convolution
  private let classToken: Parameter
  private let registers: Parameter?
  private let positions: Parameter
  private let blocks: [TransformerBlock]
  private let normalization: LayerNormalization
  let stages: [EncoderStage]

  var featureWidth: Int { configuration.width }

  init(_ configuration: ViTConfiguration, input: ImageInput, scope: Scope) throws {
    let (width, patch) = (configuration.width, configuration.patch)
    guard input.size % patch == 0, input.size > 0 else {
      let near = max(patch, input.size / patch * patch)
      throw ZooError(
        .badValue, "images of \(input.size) pixels are not whole patches of \(patch)",
        advice: "choose a \"size\" that \(patch) divides, such as \(near) or \(near + patch)")
    }
    self.configuration = configuration
    // Tensors of three axes and more have the second of the file's last: [1, time, width] is
    // [1, width, time] here.
    classToken = try scope.parameter(
      "cls_token", shape: [1, width, 1], kind: .offset, initializer: .normal(1e-6))
    registers =
      configuration.registers > 0
      ? try scope.parameter(
        "reg_token", shape: [1, width, configuration.registers], kind: .offset,
        initializer: .normal(1e-6)) : nil
    let side = input.size / patch
    positions = try scope.parameter(
      "pos_embed", shape: [1, width, side * side + (configuration.hasClassPosition ? 1 : 0)],
      kind: .offset, initializer: .normal(0.02))
    patches = try Convolution(
      scope("patch_embed")("proj"), from: input.channels, to: width, kernel: patch, stride: patch,
      hasBias: true, initializer: .uniformFanIn)
    blocks = try (0..<configuration.depth).map { index in
      try TransformerBlock(
        scope("blocks")(index), configuration,
        depthRate: Float(configuration.depthRate) * Float(index)
          / Float(max(1, configuration.depth - 1)))
    }
    normalization = try LayerNormalization(scope("norm"), width: width, epsilon: 1e-6)
    stages = VisionTransformer.stages(of: configuration)
  }

  /// The patches, the blocks, the normalised class token or mean.
  static func stages(of configuration: ViTConfiguration) -> [EncoderStage] {
    let tokens =
      ["cls_token", "pos_embed", "patch_embed"] + (configuration.registers > 0 ? ["reg_token"] : [])
    return [EncoderStage("patches", keys: tokens)]
      + (0..<configuration.depth).map { EncoderStage("block\($0 + 1)", keys: ["blocks.\($0)"]) }
      + [EncoderStage("norm", keys: ["norm"])]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 { return tokens(x, &pass) }
    guard stage <= blocks.count else { return pooled(x, &pass) }
    return blocks[stage - 1](x, &pass)
  }

  private func pooled(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let (batch, time, width) = (x.shape[0], x.shape[1], x.channels)
    switch configuration.pooling {
    case .token:
      // The class token is the first of each row.
      let rows = pass.reshape(x, to: [batch, time * width])
      return normalization(pass.slice(rows, 0..<width), &pass)
    case .mean:
      let rows = pass.reshape(x, to: [batch, time * width])
      let patches = pass.slice(rows, configuration.prefix * width..<time * width)
      let normalized = normalization(
        pass.reshape(patches, to: [batch, time - configuration.prefix, width]), &pass)
      return pass.meanOverRows(normalized)
    }
  }

  /// Images as `[batch, 1 + registers + patches, width]`.
  private func tokens(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let (batch, width) = (x.shape[0], configuration.width)
    let maps = patches(x, &pass)
    let time = maps.shape[1] * maps.shape[2]
    var rows = pass.reshape(maps, to: [batch, time * width])
    let places = rowsOf(positions, &pass)
    func repeated(_ row: Tensor, _ pass: inout Forward) -> Tensor {
      pass.broadcast(pass.reshape(row, to: [row.count]), count: batch)
    }
    let token = repeated(rowsOf(classToken, &pass), &pass)
    if configuration.hasClassPosition {
      rows = pass.add(pass.concatenate([token, rows]), repeated(places, &pass))
    } else {
      let tokens = [token] + (registers.map { [repeated(rowsOf($0, &pass), &pass)] } ?? [])
      rows = pass.concatenate(tokens + [pass.add(rows, repeated(places, &pass))])
    }
    return pass.reshape(rows, to: [batch, time + configuration.prefix, width])
  }

  /// A parameter `[1, width, time]` as `[time, width]`.
  private func rowsOf(_ parameter: Parameter, _ pass: inout Forward) -> Tensor {
    pass.reshape(
      pass.flattenChannelsFirst(pass.value(of: parameter)),
      to: [parameter.value.channels, configuration.width])
  }
}
