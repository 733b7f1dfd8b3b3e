import EncoderKit

/// An EfficientNet: mobile blocks whose depth, width and images grow together.
///
/// Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019,
/// https://arxiv.org/abs/1905.11946; Lite0 without gates and with ReLU6. Images `[batch, height, width, channels]` to
/// features `[batch, featureWidth]`: the mean of the last convolution. Keys are timm's (`conv_stem.weight`,
/// `blocks.1.0.conv_pw.weight`, `conv_head.weight`, …) without `classifier`. Padding is half of the kernel on each side, or
/// TensorFlow's `SAME`: with it a network is another one, and weights go with the one that they were trained in.
struct EfficientNet: ImageEncoder {
  private typealias Unit = (convolution: Convolution, normalization: BatchNormalization)

  private let stem: Unit
  private let blocks: [[InvertedResidual]]
  private let head: Unit
  let featureWidth: Int
  let stages: [EncoderStage]

  init(_ configuration: EfficientNetConfiguration, channels: Int, scope: Scope) throws {
    let style = configuration.style
    func unit(_ names: (String, String), _ from: Int, _ to: Int, _ kernel: Int) throws -> Unit {
      (
        try Convolution(
          scope(names.0), from: from, to: to, kernel: .square(kernel), stride: kernel == 1 ? 1 : 2,
          padding: style.padding(kernel), initializer: .kaimingNormalFanOut),
        try BatchNormalization(
          scope(names.1), channels: to, activation: style.activation, epsilon: style.epsilon)
      )
    }
    let layers = configuration.layers
    let count = layers.reduce(0) { $0 + $1.count }
    stem = try unit(("conv_stem", "bn1"), channels, configuration.stemWidth, 3)
    var index = 0
    blocks = try layers.enumerated().map { layer, shapes in
      try shapes.enumerated().map { number, shape in
        defer { index += 1 }
        return try InvertedResidual(
          scope("blocks")(layer)(number), shape, style,
          depthRate: Float(configuration.depthRate) * Float(index) / Float(count))
      }
    }
    featureWidth = configuration.featureWidth
    head = try unit(("conv_head", "bn2"), layers.last?.last?.output ?? 0, featureWidth, 1)
    stages = EfficientNet.stages(of: configuration)
  }

  /// The stem, the layers, the last convolution, the pooling.
  static func stages(of configuration: EfficientNetConfiguration) -> [EncoderStage] {
    [EncoderStage("stem", keys: ["conv_stem", "bn1"])]
      + configuration.layers.indices.map {
        EncoderStage("layer\($0 + 1)", keys: ["blocks.\($0)"])
      } + [EncoderStage("head", keys: ["conv_head", "bn2"]), EncoderStage("pool")]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    switch stage {
    case 0: return stem.normalization(stem.convolution(x, &pass), &pass)
    case blocks.count + 1: return head.normalization(head.convolution(x, &pass), &pass)
    case blocks.count + 2: return pass.globalAveragePool(x)
    default: return blocks[stage - 1].reduce(x) { $1($0, &pass) }
    }
  }
}
