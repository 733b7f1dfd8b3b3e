import EncoderKit

/// Blocks of 3×3 convolutions with maximum pooling between them, then two hidden layers.
///
/// Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR
/// 2015, https://arxiv.org/abs/1409.1556. Images `[batch, height, width, channels]` to features
/// `[batch, featureWidth]`: the second hidden layer after its ReLU. Keys are torchvision's
/// (`features.0.weight`, `classifier.0.weight`, …) without `classifier.6`. As there, the last maps are
/// pooled to 7×7 for any size of image, and read channels first.
struct VGG: ImageEncoder {
  private let blocks: [[Step]]
  private let hidden: [Linear]
  private let dropout: Float
  let featureWidth: Int
  let stages: [EncoderStage]

  /// A convolution and, where there is one, its normalisation, which brings the ReLU.
  private struct Step {
    let convolution: Convolution
    let normalization: BatchNormalization?
  }

  init(_ configuration: VGGConfiguration, channels: Int, scope: Scope) throws {
    let features = scope("features")
    var from = channels
    let positions = VGG.positions(of: configuration)
    blocks = try positions.enumerated().map { block, positions in
      try positions.map { position in
        let width = configuration.channels(block)
        defer { from = width }
        return Step(
          convolution: try Convolution(
            features(position), from: from, to: width, kernel: 3, padding: 1, hasBias: true,
            initializer: .kaimingNormalFanOut),
          normalization: configuration.hasNormalization
            ? try BatchNormalization(features(position + 1), channels: width, relu: true) : nil)
      }
    }
    let side = VGGConfiguration.pooledSide
    let classifier = scope("classifier")
    hidden =
      configuration.hidden == 0
      ? []
      : [
        try Linear(
          classifier(0), from: from * side * side, to: configuration.hidden,
          initializer: .normal(0.01)),
        try Linear(
          classifier(3), from: configuration.hidden, to: configuration.hidden,
          initializer: .normal(0.01)),
      ]
    dropout = configuration.dropout
    featureWidth = configuration.featureWidth
    stages = VGG.stages(of: configuration)
  }

  /// The index of each convolution among torchvision's layers: with its ReLU, and its normalisation
  /// where there is one, it takes two or three places, and a pooling takes one.
  static func positions(of configuration: VGGConfiguration) -> [[Int]] {
    var next = 0
    return configuration.blocks.map { count in
      defer { next += 1 }
      return (0..<count).map { _ in
        defer { next += configuration.hasNormalization ? 3 : 2 }
        return next
      }
    }
  }

  /// The blocks, each with its pooling, and the hidden layers.
  static func stages(of configuration: VGGConfiguration) -> [EncoderStage] {
    positions(of: configuration).enumerated().map { block, positions in
      EncoderStage(
        "block\(block + 1)",
        keys: positions.flatMap { position in
          (0...(configuration.hasNormalization ? 1 : 0)).map { "features.\(position + $0)" }
        })
    } + [EncoderStage("hidden", keys: ["classifier.0", "classifier.3"])]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    guard stage < blocks.count else { return flat(x, &pass) }
    var x = x
    for step in blocks[stage] {
      x = step.convolution(x, &pass)
      x = step.normalization.map { $0(x, &pass) } ?? pass.relu(x)
    }
    return pass.maxPool(x, size: 2, stride: 2)
  }

  private func flat(_ maps: Tensor, _ pass: inout Forward) -> Tensor {
    guard !hidden.isEmpty else { return pass.globalAveragePool(maps) }
    let side = VGGConfiguration.pooledSide
    var x = pass.flattenChannelsFirst(
      pass.adaptiveAveragePool(maps, height: side, width: side))
    for layer in hidden { x = pass.dropout(pass.relu(layer(x, &pass)), rate: dropout) }
    return x
  }
}
