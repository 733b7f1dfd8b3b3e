import EncoderKit

/// A Swin transformer: attention within windows, which every other block moves by half, and four tokens joined into one
/// between layers.
///
/// Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", ICCV 2021,
/// https://arxiv.org/abs/2103.14030. Images `[batch, height, width, channels]` to features `[batch, featureWidth]`: the mean of
/// the last layer's normalised tokens. Images that patches, windows or pairs of tokens do not fill are filled up with zeros
/// as torchvision does it. Keys are timm's (`patch_embed.proj.weight`, `layers.0.blocks.0.attn.qkv.weight`,
/// `layers.1.downsample.reduction.weight`, `norm.weight`, …) without `head.fc`.
struct SwinTransformer: ImageEncoder {
  private struct Merging {
    let normalization: LayerNormalization
    let reduction: Linear
    let order: [Int32]
  }

  private let patches: Convolution
  private let patchNormalization: LayerNormalization
  /// What joins tokens before each layer but the first.
  private let mergings: [Merging?]
  private let layers: [[SwinBlock]]
  private let normalization: LayerNormalization
  let featureWidth: Int
  let stages: [EncoderStage]

  init(_ configuration: SwinConfiguration, input: ImageInput, scope: Scope) throws {
    let patch = configuration.patch
    guard input.size >= patch, input.size % patch == 0 else {
      let near = max(patch, input.size / patch * patch)
      throw ZooError(
        .badValue, "images of \(input.size) pixels are not whole patches of \(patch)",
        advice: "choose a \"size\" that \(patch) divides, such as \(near) or \(near + patch)")
    }
    patches = try Convolution(
      scope("patch_embed")("proj"), from: input.channels, to: configuration.width, kernel: patch,
      stride: patch, hasBias: true, initializer: .uniformFanIn)
    patchNormalization = try LayerNormalization(
      scope("patch_embed")("norm"), width: configuration.width, epsilon: 1e-5)
    var side = input.size / patch
    var (mergings, layers, index) = ([Merging?](), [[SwinBlock]](), 0)
    let count = configuration.blocks.reduce(0, +)
    for (layer, blocks) in configuration.blocks.enumerated() {
      let scope = scope("layers")(layer)
      if layer > 0 {
        let (before, now) = (configuration.width(of: layer - 1), configuration.width(of: layer))
        mergings.append(
          Merging(
            normalization: try LayerNormalization(
              scope("downsample")("norm"), width: 4 * before, epsilon: 1e-5),
            reduction: try Linear(
              scope("downsample")("reduction"), from: 4 * before, to: now, hasBias: false),
            order: TokenGrid.merged(side: side)))
        side = (side + 1) / 2
      } else {
        mergings.append(nil)
      }
      let window = configuration.window
      let grids = [0, window / 2].map { TokenGrid(side: side, window: window, shift: $0) }
      layers.append(
        try (0..<blocks).map { block in
          defer { index += 1 }
          return try SwinBlock(
            scope("blocks")(block), configuration, layer: layer, grid: grids[block % 2],
            depthRate: Float(configuration.depthRate) * Float(index) / Float(max(1, count - 1)))
        })
    }
    (self.mergings, self.layers) = (mergings, layers)
    featureWidth = configuration.featureWidth
    normalization = try LayerNormalization(scope("norm"), width: featureWidth, epsilon: 1e-5)
    stages = SwinTransformer.stages(of: configuration)
  }

  /// The patches, the layers, the mean of normalised tokens.
  static func stages(of configuration: SwinConfiguration) -> [EncoderStage] {
    [EncoderStage("patches", keys: ["patch_embed"])]
      + configuration.blocks.indices.map {
        EncoderStage("layer\($0 + 1)", keys: ["layers.\($0)"])
      } + [EncoderStage("pool", keys: ["norm"])]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 { return tokens(x, &pass) }
    guard stage <= layers.count else { return pass.meanOverRows(normalization(x, &pass)) }
    var y = x
    if let merging = mergings[stage - 1] {
      let (batch, width) = (x.shape[0], x.channels)
      let four = pass.takePlaces(x, merging.order)
      y = pass.reshape(four, to: [batch, merging.order.count / 4, 4 * width])
      y = merging.reduction(merging.normalization(y, &pass), &pass)
    }
    return layers[stage - 1].reduce(y) { $1($0, &pass) }
  }

  /// Images as `[batch, side · side, width]`.
  private func tokens(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let maps = patches(x, &pass)
    let rows = pass.reshape(
      maps, to: [maps.shape[0], maps.shape[1] * maps.shape[2], maps.channels])
    return patchNormalization(rows, &pass)
  }
}
