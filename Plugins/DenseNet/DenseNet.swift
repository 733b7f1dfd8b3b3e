import EncoderKit

/// A densely connected network: every layer reads the outputs of all layers before it in its block.
///
/// Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", CVPR 2017,
/// https://arxiv.org/abs/1608.06993. Images `[batch, height, width, channels]` to features `[batch,
/// featureWidth]`: the last normalisation, ReLU, global average pooling. Keys are torchvision's
/// (`features.conv0.weight`, …) without the classifier. The concatenations are never stored: a
/// normalisation reads the parts where they lie.
struct DenseNet: ImageEncoder {
  private let stem: Convolution
  private let stemNormalization: BatchNormalization
  private let hasStemPool: Bool
  private let blocks: [[DenseLayer]]
  private let transitions: [Transition]
  private let lastNormalization: BatchNormalization
  let featureWidth: Int

  init(_ configuration: DenseNetConfiguration, channels: Int, scope: Scope) throws {
    let features = scope("features")
    var width = configuration.initialFeatures
    stem = try Convolution(
      features("conv0"), from: channels, to: width, kernel: configuration.stemKernel,
      stride: configuration.stemStride, padding: configuration.stemKernel / 2)
    stemNormalization = try BatchNormalization(features("norm0"), channels: width, relu: true)
    hasStemPool = configuration.stemPool
    var blocks: [[DenseLayer]] = []
    var transitions: [Transition] = []
    for (block, layers) in configuration.blocks.enumerated() {
      let scope = features("denseblock\(block + 1)")
      var made: [DenseLayer] = []
      for layer in 0..<layers {
        made.append(
          try DenseLayer(scope("denselayer\(layer + 1)"), from: width, configuration))
        width += configuration.growthRate
      }
      blocks.append(made)
      if block + 1 < configuration.blocks.count {
        transitions.append(try Transition(features("transition\(block + 1)"), from: width))
        width /= 2
      }
    }
    self.blocks = blocks
    self.transitions = transitions
    lastNormalization = try BatchNormalization(features("norm5"), channels: width, relu: true)
    featureWidth = width
    stages = DenseNet.stages(of: configuration)
  }

  let stages: [EncoderStage]

  /// The stem, each block with the transition or normalisation behind it, the pooling.
  static func stages(of configuration: DenseNetConfiguration) -> [EncoderStage] {
    let last = configuration.blocks.count
    return [EncoderStage("stem", keys: ["features.conv0", "features.norm0"])]
      + (1...last).map { block in
        let behind = block == last ? "norm5" : "transition\(block)"
        return EncoderStage(
          "block\(block)", keys: ["features.denseblock\(block)", "features.\(behind)"])
      } + [EncoderStage("pool")]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 {
      let stem = stemNormalization(stem(x, &pass), &pass)
      return hasStemPool ? pass.maxPool(stem, size: 3, stride: 2, padding: 1) : stem
    }
    guard stage <= blocks.count else { return pass.globalAveragePool(x) }
    var parts = [x]
    for layer in blocks[stage - 1] { parts.append(layer(parts, &pass)) }
    return stage <= transitions.count
      ? transitions[stage - 1](parts, &pass) : lastNormalization(parts, &pass)
  }
}

/// Normalisation, ReLU, 1×1 convolution to 4·k channels; the same with 3×3 to k channels; dropout.
private struct DenseLayer {
  private let firstNormalization: BatchNormalization
  private let firstConvolution: Convolution
  private let secondNormalization: BatchNormalization
  private let secondConvolution: Convolution
  private let dropout: Float

  init(_ scope: Scope, from width: Int, _ configuration: DenseNetConfiguration) throws {
    let bottleneck = configuration.bottleneck * configuration.growthRate
    dropout = configuration.dropout
    firstNormalization = try BatchNormalization(scope("norm1"), channels: width, relu: true)
    firstConvolution = try Convolution(scope("conv1"), from: width, to: bottleneck, kernel: 1)
    secondNormalization = try BatchNormalization(scope("norm2"), channels: bottleneck, relu: true)
    secondConvolution = try Convolution(
      scope("conv2"), from: bottleneck, to: configuration.growthRate, kernel: 3, padding: 1)
  }

  func callAsFunction(_ parts: [Tensor], _ pass: inout Forward) -> Tensor {
    let narrow = firstConvolution(firstNormalization(parts, &pass), &pass)
    let grown = secondConvolution(secondNormalization(narrow, &pass), &pass)
    return pass.dropout(grown, rate: dropout)
  }
}

/// Normalisation, ReLU, 2×2 average pooling, 1×1 convolution to half the channels.
private struct Transition {
  private let normalization: BatchNormalization
  private let convolution: Convolution

  init(_ scope: Scope, from width: Int) throws {
    normalization = try BatchNormalization(scope("norm"), channels: width, relu: true)
    convolution = try Convolution(scope("conv"), from: width, to: width / 2, kernel: 1)
  }

  func callAsFunction(_ parts: [Tensor], _ pass: inout Forward) -> Tensor {
    // The paper pools behind the convolution; a mean before it gives the same sums in a quarter of the
    // work.
    convolution(pass.averagePool(normalization(parts, &pass), size: 2, stride: 2), &pass)
  }
}
