import EncoderKit

/// MobileNetV2: blocks that widen, look around channel by channel, and narrow without a ReLU.
///
/// Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
/// https://arxiv.org/abs/1801.04381. Images `[batch, height, width, channels]` to features `[batch,
/// featureWidth]`: the mean of the last layer. Keys are torchvision's (`features.0.0.weight`,
/// `features.2.conv.1.0.weight`, …) without `classifier`.
struct MobileNetV2: ImageEncoder {
  /// A layer of the paper's table 2: expansion, channels, blocks, stride of the first.
  static let layers: [(expansion: Int, channels: Int, blocks: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  private let stem: ConvolutionUnit
  private let blocks: [[InvertedResidual]]
  private let head: ConvolutionUnit
  let featureWidth: Int
  let stages: [EncoderStage]

  /// A network whose channels are `width` times the paper's, rounded to multiples of eight.
  init(width: Double, channels: Int, scope: Scope) throws {
    let features = scope("features")
    var from = Self.rounded(32 * width)
    stem = try ConvolutionUnit(features(0), from: channels, to: from, kernel: 3, stride: 2)
    var index = 1
    blocks = try Self.layers.map { layer in
      try (0..<layer.blocks).map { block in
        let to = Self.rounded(Double(layer.channels) * width)
        let made = try InvertedResidual(
          features(index)("conv"), from: from, to: to, expansion: layer.expansion,
          stride: block == 0 ? layer.stride : 1)
        (from, index) = (to, index + 1)
        return made
      }
    }
    featureWidth = Self.rounded(1280 * max(1, width))
    head = try ConvolutionUnit(features(index), from: from, to: featureWidth, kernel: 1)
    stages = Self.stages
  }

  /// The stem, the seven layers, the last convolution, the pooling.
  static var stages: [EncoderStage] {
    var index = 1
    let middle = layers.enumerated().map { number, layer in
      defer { index += layer.blocks }
      return EncoderStage(
        "layer\(number + 1)", keys: (index..<index + layer.blocks).map { "features.\($0)" })
    }
    return [EncoderStage("stem", keys: ["features.0"])] + middle
      + [EncoderStage("head", keys: ["features.\(index)"]), EncoderStage("pool")]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    switch stage {
    case 0: return stem(x, &pass)
    case blocks.count + 1: return head(x, &pass)
    case blocks.count + 2: return pass.globalAveragePool(x)
    default: return blocks[stage - 1].reduce(x) { $1($0, &pass) }
    }
  }

  /// The nearest multiple of eight, not more than a tenth below.
  private static func rounded(_ channels: Double) -> Int {
    let near = max(8, Int(channels + 4) / 8 * 8)
    return Double(near) < 0.9 * channels ? near + 8 : near
  }
}

/// A convolution, normalisation and ReLU6. Keys: `0.weight`, `1.weight`, …
struct ConvolutionUnit {
  private let convolution: Convolution
  private let normalization: BatchNormalization

  init(
    _ scope: Scope, from input: Int, to output: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) throws {
    convolution = try Convolution(
      scope(0), from: input, to: output, kernel: kernel, stride: stride, padding: kernel / 2,
      groups: groups, initializer: .kaimingNormalFanOut)
    normalization = try BatchNormalization(scope(1), channels: output)
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.activate(normalization(convolution(x, &pass), &pass), .relu6)
  }
}

/// Widened by 1×1, each channel by its own 3×3, narrowed by 1×1; with the input added where shapes
/// allow.
struct InvertedResidual {
  private let units: [ConvolutionUnit]
  private let narrow: Convolution
  private let normalization: BatchNormalization
  private let adds: Bool

  init(_ scope: Scope, from input: Int, to output: Int, expansion: Int, stride: Int) throws {
    let hidden = input * expansion
    var units: [ConvolutionUnit] = []
    if expansion > 1 {
      units.append(try ConvolutionUnit(scope(0), from: input, to: hidden, kernel: 1))
    }
    units.append(
      try ConvolutionUnit(
        scope(units.count), from: hidden, to: hidden, kernel: 3, stride: stride, groups: hidden))
    narrow = try Convolution(
      scope(units.count), from: hidden, to: output, kernel: 1, initializer: .kaimingNormalFanOut)
    normalization = try BatchNormalization(scope(units.count + 1), channels: output)
    self.units = units
    adds = stride == 1 && input == output
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let y = normalization(narrow(units.reduce(x) { $1($0, &pass) }, &pass), &pass)
    // The branch first: it is the convolution that the sum can join.
    return adds ? pass.add(y, x) : y
  }
}
