import EncoderKit

/// The numbers that tell one MobileNet from another.
struct MobileNetConfiguration: Sendable, Equatable {
  /// Blocks that follow each other in one layer of the network.
  struct Block: Sendable, Equatable {
    var kernel = 3
    var stride: Int
    /// What the middle is wider by than the input; 1 of a network's first block, which widens nothing.
    var expansion: Double
    var channels: Int
    var isGated = false
    /// Whether ReLU stands where the network has hard swish.
    var isPlain = false
  }

  /// Layers of blocks.
  var layers: [[Block]]
  /// Channels of the stem.
  var stem: Int
  /// The last convolution's channels.
  var last: Int
  /// The features' width in version 3, whose last layer lies behind the pooling; nil in version 2.
  var features: Int?
  /// What channels are multiplied by.
  var width = 1.0
  /// What normalisations add to the variance: 1e-5 in timm's networks, 1e-3 in torchvision's version 3.
  var epsilon = 1e-5
  /// Whether padding is TensorFlow's `SAME`.
  var padsAsTensorFlow = false
  /// The rate of stochastic depth at the last block; it grows from 0 at the first.
  var depthRate = 0.0

  static let version2 = MobileNetConfiguration(
    layers: [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ].map { expansion, channels, blocks, stride in
      (0..<blocks).map {
        Block(stride: $0 == 0 ? stride : 1, expansion: expansion, channels: channels)
      }
    }, stem: 32, last: 1280)

  static let large = MobileNetConfiguration(
    layers: [
      [Block(stride: 1, expansion: 1, channels: 16, isPlain: true)],
      [
        Block(stride: 2, expansion: 4, channels: 24, isPlain: true),
        Block(stride: 1, expansion: 3, channels: 24, isPlain: true),
      ],
      [2, 1, 1].map {
        Block(kernel: 5, stride: $0, expansion: 3, channels: 40, isGated: true, isPlain: true)
      },
      [(2, 6), (1, 2.5), (1, 2.3), (1, 2.3)].map {
        Block(stride: $0, expansion: $1, channels: 80)
      },
      [1, 1].map { Block(stride: $0, expansion: 6, channels: 112, isGated: true) },
      [2, 1, 1].map { Block(kernel: 5, stride: $0, expansion: 6, channels: 160, isGated: true) },
    ], stem: 16, last: 960, features: 1280)

  static let small = MobileNetConfiguration(
    layers: [
      [Block(stride: 2, expansion: 1, channels: 16, isGated: true, isPlain: true)],
      [
        Block(stride: 2, expansion: 4.5, channels: 24, isPlain: true),
        Block(stride: 1, expansion: 3.67, channels: 24, isPlain: true),
      ],
      [(2, 4), (1, 6), (1, 6)].map {
        Block(kernel: 5, stride: $0, expansion: $1, channels: 40, isGated: true)
      },
      [1, 1].map { Block(kernel: 5, stride: $0, expansion: 3, channels: 48, isGated: true) },
      [2, 1, 1].map { Block(kernel: 5, stride: $0, expansion: 6, channels: 96, isGated: true) },
    ], stem: 16, last: 576, features: 1024)

  var isVersion3: Bool { features != nil }

  /// The width of the features.
  var featureWidth: Int {
    if let features { return width < 0.75 ? rounded(features) : features }
    return max(last, rounded(last))
  }

  /// Channels by the width, in multiples of eight, not more than a tenth below.
  func rounded(_ channels: Int) -> Int { MobileNetConfiguration.rounded(Double(channels) * width) }

  /// The nearest multiple of eight, not more than a tenth below.
  static func rounded(_ channels: Double) -> Int {
    let near = max(8, Int(channels + 4) / 8 * 8)
    return Double(near) < 0.9 * channels ? near + 8 : near
  }

  /// What the blocks have in common.
  func style(isPlain: Bool) -> InvertedResidual.Style {
    InvertedResidual.Style(
      activation: isVersion3 ? (isPlain ? nil : .hardSwish) : .relu6, gateScaling: .hardSigmoid,
      padsAsTensorFlow: padsAsTensorFlow, epsilon: Float(epsilon))
  }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> MobileNetConfiguration {
    var (options, result) = (options, self)
    result.width = try options.number("width", in: 0.1...4, default: width)
    result.epsilon = try options.number("epsilon", in: 1e-8...1e-1, default: epsilon)
    result.padsAsTensorFlow = try options.boolean("samePadding", default: padsAsTensorFlow)
    result.depthRate = try options.number("depthRate", in: 0...0.9, default: depthRate)
    try options.finish()
    return result
  }
}
