import EncoderKit

/// MobileNetV2 and V3: blocks that widen, look around channel by channel, and narrow without a function.
///
/// Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
/// https://arxiv.org/abs/1801.04381; Howard et al., "Searching for MobileNetV3", ICCV 2019,
/// https://arxiv.org/abs/1905.02244. Images `[batch, height, width, channels]` to features `[batch, featureWidth]`: the mean
/// of the last convolution, in version 3 through one more layer. Keys are timm's (`conv_stem.weight`,
/// `blocks.1.0.conv_pw.weight`, `conv_head.weight`, …) without `classifier`.
struct MobileNet: ImageEncoder {
  private typealias Unit = (convolution: Convolution, normalization: BatchNormalization)

  private let stem: Unit
  private let blocks: [[InvertedResidual]]
  private let last: Unit
  private let head: Convolution?
  let featureWidth: Int
  let stages: [EncoderStage]

  init(_ configuration: MobileNetConfiguration, channels: Int, scope: Scope) throws {
    let plain = configuration.style(isPlain: false)
    func unit(
      _ convolution: Scope, _ normalization: Scope, _ from: Int, _ to: Int, _ kernel: Int
    ) throws -> Unit {
      (
        try Convolution(
          convolution, from: from, to: to, kernel: .square(kernel), stride: kernel == 1 ? 1 : 2,
          padding: plain.padding(kernel), initializer: .kaimingNormalFanOut),
        try BatchNormalization(
          normalization, channels: to, activation: plain.activation, epsilon: plain.epsilon)
      )
    }
    var width = configuration.rounded(configuration.stem)
    stem = try unit(scope("conv_stem"), scope("bn1"), channels, width, 3)
    let count = configuration.layers.reduce(0) { $0 + $1.count }
    var index = 0
    blocks = try configuration.layers.enumerated().map { layer, blocks in
      try blocks.enumerated().map { number, block in
        let shape = configuration.shape(of: block, from: width)
        defer { (width, index) = (shape.output, index + 1) }
        return try InvertedResidual(
          scope("blocks")(layer)(number), shape, configuration.style(isPlain: block.isPlain),
          depthRate: Float(configuration.depthRate) * Float(index) / Float(count))
      }
    }
    featureWidth = configuration.featureWidth
    if configuration.isVersion3 {
      let cell = scope("blocks")(blocks.count)(0)
      let wide = configuration.rounded(configuration.last)
      last = try unit(cell("conv"), cell("bn1"), width, wide, 1)
      head = try Convolution(
        scope("conv_head"), from: wide, to: featureWidth, kernel: 1, hasBias: true,
        initializer: .kaimingNormalFanOut)
    } else {
      last = try unit(scope("conv_head"), scope("bn2"), width, featureWidth, 1)
      head = nil
    }
    stages = MobileNet.stages(of: configuration)
  }

  /// The stem, the layers, the last convolution, the pooling (in version 3 with the layer behind it).
  static func stages(of configuration: MobileNetConfiguration) -> [EncoderStage] {
    let count = configuration.layers.count
    let isVersion3 = configuration.isVersion3
    return [EncoderStage("stem", keys: ["conv_stem", "bn1"])]
      + (0..<count).map { EncoderStage("layer\($0 + 1)", keys: ["blocks.\($0)"]) }
      + [
        EncoderStage("last", keys: isVersion3 ? ["blocks.\(count)"] : ["conv_head", "bn2"]),
        EncoderStage("pool", keys: isVersion3 ? ["conv_head"] : []),
      ]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    switch stage {
    case 0: return stem.normalization(stem.convolution(x, &pass), &pass)
    case blocks.count + 1: return last.normalization(last.convolution(x, &pass), &pass)
    case blocks.count + 2: return pooled(x, &pass)
    default: return blocks[stage - 1].reduce(x) { $1($0, &pass) }
    }
  }

  private func pooled(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let mean = pass.globalAveragePool(x)
    guard let head else { return mean }
    let map = pass.reshape(mean, to: [mean.shape[0], 1, 1, mean.channels])
    return pass.reshape(
      pass.activate(head(map, &pass), .hardSwish), to: [mean.shape[0], featureWidth])
  }
}

extension MobileNetConfiguration {
  /// The blocks one after the other, with the beginnings of their keys.
  var blocks: [(prefix: String, shape: InvertedResidual.Shape)] {
    var width = rounded(stem)
    return layers.enumerated().flatMap { layer, blocks in
      blocks.enumerated().map { number, block in
        let shape = shape(of: block, from: width)
        width = shape.output
        return ("blocks.\(layer).\(number).", shape)
      }
    }
  }

  /// A block's numbers behind so many channels.
  fileprivate func shape(of block: Block, from input: Int) -> InvertedResidual.Shape {
    let hidden =
      block.expansion == 1 ? nil : MobileNetConfiguration.rounded(Double(input) * block.expansion)
    return InvertedResidual.Shape(
      input: input, hidden: hidden, output: rounded(block.channels), kernel: block.kernel,
      stride: block.stride,
      squeezed: block.isGated
        ? MobileNetConfiguration.rounded(Double(hidden ?? input) / 4) : nil)
  }
}
