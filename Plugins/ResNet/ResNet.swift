import EncoderKit

/// A residual network: every block adds what it computes to what it was given.
///
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
/// https://arxiv.org/abs/1512.03385. Images `[batch, height, width, channels]` to features `[batch,
/// featureWidth]`: global average pooling of the last layer. Keys are torchvision's
/// (`layer1.0.conv1.weight`, …) without `fc`. As there, a bottleneck strides in its 3×3 convolution,
/// not, as in the paper, in its first.
struct ResNet: ImageEncoder {
  private let stem: Convolution
  private let stemNormalization: BatchNormalization
  private let hasStemPool: Bool
  private let layers: [[ResidualBlock]]
  let featureWidth: Int
  let stages: [EncoderStage]

  init(_ configuration: ResNetConfiguration, channels: Int, scope: Scope) throws {
    stem = try Convolution(
      scope("conv1"), from: channels, to: configuration.width, kernel: configuration.stemKernel,
      stride: configuration.stemStride, padding: configuration.stemKernel / 2,
      initializer: .kaimingNormalFanOut)
    stemNormalization = try BatchNormalization(
      scope("bn1"), channels: configuration.width, relu: true)
    hasStemPool = configuration.stemPool
    var width = configuration.width
    layers = try configuration.blocks.enumerated().map { layer, blocks in
      let part = scope("layer\(layer + 1)")
      return try (0..<blocks).map { block in
        let made = try ResidualBlock(
          part(block), from: width, to: configuration.width << layer,
          stride: layer > 0 && block == 0 ? 2 : 1, configuration)
        width = made.outputWidth
        return made
      }
    }
    featureWidth = width
    stages = ResNet.stages(of: configuration)
  }

  /// The stem, the layers, the pooling.
  static func stages(of configuration: ResNetConfiguration) -> [EncoderStage] {
    [EncoderStage("stem", keys: ["conv1", "bn1"])]
      + configuration.blocks.indices.map {
        EncoderStage("layer\($0 + 1)", keys: ["layer\($0 + 1)"])
      } + [EncoderStage("pool")]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 {
      let stem = stemNormalization(stem(x, &pass), &pass)
      return hasStemPool ? pass.maxPool(stem, size: 3, stride: 2, padding: 1) : stem
    }
    guard stage <= layers.count else { return pass.globalAveragePool(x) }
    var x = x
    for block in layers[stage - 1] { x = block(x, &pass) }
    return x
  }
}

/// Convolutions with normalisation and ReLU between them; their result and the input, which a 1×1
/// convolution brings to the same shape where need be, add up before the last ReLU.
private struct ResidualBlock {
  private let steps: [(convolution: Convolution, normalization: BatchNormalization)]
  private let shortcut: (convolution: Convolution, normalization: BatchNormalization)?
  let outputWidth: Int

  init(
    _ scope: Scope, from input: Int, to width: Int, stride: Int,
    _ configuration: ResNetConfiguration
  ) throws {
    outputWidth = width * configuration.expansion
    let shapes: [(width: Int, kernel: Int, stride: Int)] =
      configuration.isBottleneck
      ? [(width, 1, 1), (width, 3, stride), (outputWidth, 1, 1)]
      : [(width, 3, stride), (width, 3, 1)]
    var from = input
    steps = try shapes.enumerated().map { index, shape in
      defer { from = shape.width }
      return (
        try Convolution(
          scope("conv\(index + 1)"), from: from, to: shape.width, kernel: shape.kernel,
          stride: shape.stride, padding: shape.kernel / 2, initializer: .kaimingNormalFanOut),
        try BatchNormalization(
          scope("bn\(index + 1)"), channels: shape.width, relu: index + 1 < shapes.count)
      )
    }
    let part = scope("downsample")
    shortcut =
      stride != 1 || input != outputWidth
      ? (
        try Convolution(
          part(0), from: input, to: outputWidth, kernel: 1, stride: stride,
          initializer: .kaimingNormalFanOut),
        try BatchNormalization(part(1), channels: outputWidth)
      ) : nil
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    var y = x
    for step in steps { y = step.normalization(step.convolution(y, &pass), &pass) }
    let kept = shortcut.map { $0.normalization($0.convolution(x, &pass), &pass) } ?? x
    return pass.relu(pass.add(y, kept))
  }
}
