import EncoderKit

/// A ConvNeXt: a residual network of depthwise convolutions, built like a transformer.
///
/// Liu et al., "A ConvNet for the 2020s", CVPR 2022, https://arxiv.org/abs/2201.03545; Woo et al., "ConvNeXt V2", CVPR 2023,
/// https://arxiv.org/abs/2301.00808. Images `[batch, height, width, channels]` to features `[batch, featureWidth]`: the
/// mean of the last layer, normalised. Keys are timm's (`stem.0.weight`, `stages.0.blocks.0.conv_dw.weight`, …,
/// `head.norm.weight`) without `head.fc`.
struct ConvNeXt: ImageEncoder {
  private typealias Reduction = (normalization: LayerNormalization, convolution: Convolution)

  private let stem: Convolution
  private let stemNormalization: LayerNormalization
  /// What halves the map before each layer but the first.
  private let reductions: [Reduction?]
  private let layers: [[ConvNeXtBlock]]
  private let normalization: LayerNormalization
  let featureWidth: Int
  let stages: [EncoderStage]

  init(_ configuration: ConvNeXtConfiguration, input: ImageInput, scope: Scope) throws {
    let (widths, channels) = (configuration.widths, input.channels)
    let smallest = 4 << (widths.count - 1)
    guard input.size >= smallest else {
      throw ZooError(
        .badValue,
        "a ConvNeXt of \(widths.count) layers needs images of at least \(smallest) pixels; found "
          + "\(input.size)", advice: "set a larger \"size\" in the image branch")
    }
    let count = configuration.blocks.reduce(0, +)
    func patches(_ scope: Scope, _ from: Int, _ to: Int, side: Int) throws -> Convolution {
      try Convolution(
        scope, from: from, to: to, kernel: side, stride: side, hasBias: true,
        initializer: .normal(0.02))
    }
    stem = try patches(scope("stem")(0), channels, widths[0], side: 4)
    stemNormalization = try LayerNormalization(scope("stem")(1), width: widths[0], epsilon: 1e-6)
    reductions = try widths.indices.map { layer -> Reduction? in
      guard layer > 0 else { return nil }
      let part = scope("stages")(layer)("downsample")
      return (
        try LayerNormalization(part(0), width: widths[layer - 1], epsilon: 1e-6),
        try patches(part(1), widths[layer - 1], widths[layer], side: 2)
      )
    }
    var index = 0
    layers = try configuration.blocks.enumerated().map { layer, blocks in
      try (0..<blocks).map { block in
        defer { index += 1 }
        return try ConvNeXtBlock(
          scope("stages")(layer)("blocks")(block), width: widths[layer],
          isVersion2: configuration.isVersion2,
          depthRate: Float(configuration.depthRate) * Float(index) / Float(max(1, count - 1)))
      }
    }
    featureWidth = configuration.featureWidth
    normalization = try LayerNormalization(
      scope("head")("norm"), width: featureWidth, epsilon: 1e-6)
    stages = ConvNeXt.stages(of: configuration)
  }

  /// The stem, the layers, the normalised mean.
  static func stages(of configuration: ConvNeXtConfiguration) -> [EncoderStage] {
    [EncoderStage("stem", keys: ["stem"])]
      + configuration.blocks.indices.map {
        EncoderStage("layer\($0 + 1)", keys: ["stages.\($0)"])
      } + [EncoderStage("pool", keys: ["head.norm"])]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 { return stemNormalization(stem(x, &pass), &pass) }
    guard stage <= layers.count else { return normalization(pass.globalAveragePool(x), &pass) }
    var y = x
    if let reduction = reductions[stage - 1] {
      y = reduction.convolution(reduction.normalization(y, &pass), &pass)
    }
    return layers[stage - 1].reduce(y) { $1($0, &pass) }
  }
}
