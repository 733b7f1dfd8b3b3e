import EncoderKit
import Foundation

/// The numbers that tell one EfficientNet from another.
struct EfficientNetConfiguration: Sendable, Equatable {
  /// Blocks that follow each other: kernel, blocks, stride of the first, expansion, channels, as in the paper's table 1.
  private static let layers:
    [(kernel: Int, blocks: Int, stride: Int, expansion: Int, channels: Int)] = [
      (3, 1, 1, 1, 16), (3, 2, 2, 6, 24), (5, 2, 2, 6, 40), (3, 3, 2, 6, 80), (5, 3, 1, 6, 112),
      (5, 4, 2, 6, 192), (3, 1, 1, 6, 320),
    ]

  /// What channels are multiplied by.
  var width = 1.0
  /// What numbers of blocks are multiplied by, rounded up.
  var depth = 1.0
  /// Side in pixels of the images it was published for.
  var size = 224
  /// Whether it is of the Lite kind: ReLU6, no gates, and stem, first layer, last layer and head as in B0.
  var isLite = false
  /// What normalisations add to the variance: 1e-5, and 1e-3 of networks from TensorFlow.
  var epsilon = 1e-5
  /// Whether padding is TensorFlow's `SAME`.
  var padsAsTensorFlow = false
  /// The rate of stochastic depth at the last block; it grows from 0 at the first.
  var depthRate = 0.0

  static let all: [(name: String, configuration: EfficientNetConfiguration)] = [
    ("efficientnet_b0", .init()), ("efficientnet_b1", .init(depth: 1.1, size: 240)),
    ("efficientnet_b2", .init(width: 1.1, depth: 1.2, size: 260)),
    ("efficientnet_b3", .init(width: 1.2, depth: 1.4, size: 300)),
    ("efficientnet_b4", .init(width: 1.4, depth: 1.8, size: 380)),
    ("efficientnet_lite0", .init(isLite: true)),
  ]

  /// The same as TensorFlow has it.
  var asTensorFlow: EfficientNetConfiguration {
    var result = self
    (result.padsAsTensorFlow, result.epsilon) = (true, 1e-3)
    return result
  }

  /// The layers' blocks in order.
  var layers: [[InvertedResidual.Shape]] {
    let all = EfficientNetConfiguration.layers
    var width = stemWidth
    return all.enumerated().map { index, layer in
      let isFixed = isLite && (index == 0 || index == all.count - 1)
      let count = isFixed ? layer.blocks : Int((depth * Double(layer.blocks)).rounded(.up))
      return (0..<count).map { block in
        let input = width
        width = rounded(layer.channels)
        return InvertedResidual.Shape(
          input: input, hidden: layer.expansion == 1 ? nil : input * layer.expansion,
          output: width, kernel: layer.kernel, stride: block == 0 ? layer.stride : 1,
          squeezed: isLite ? nil : max(1, Int((Double(input) / 4).rounded(.toNearestOrEven))))
      }
    }
  }

  /// The blocks one after the other, with the beginnings of their keys.
  var blocks: [(prefix: String, shape: InvertedResidual.Shape)] {
    layers.enumerated().flatMap { layer, blocks in
      blocks.enumerated().map { ("blocks.\(layer).\($0).", $1) }
    }
  }

  var stemWidth: Int { isLite ? 32 : rounded(32) }
  /// The width of the features.
  var featureWidth: Int { isLite ? 1280 : rounded(1280) }

  /// What the blocks have in common.
  var style: InvertedResidual.Style {
    let activation = isLite ? Activation.relu6 : .silu
    return InvertedResidual.Style(
      activation: activation, gateActivation: activation, padsAsTensorFlow: padsAsTensorFlow,
      epsilon: Float(epsilon))
  }

  /// Channels by the width: the nearest multiple of eight, not more than a tenth below.
  private func rounded(_ channels: Int) -> Int {
    let wanted = Double(channels) * width
    let near = max(8, Int(wanted + 4) / 8 * 8)
    return Double(near) < 0.9 * wanted ? near + 8 : near
  }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> EfficientNetConfiguration {
    var (options, result) = (options, self)
    result.width = try options.number("width", in: 0.1...8, default: width)
    result.depth = try options.number("depth", in: 0.1...8, default: depth)
    result.epsilon = try options.number("epsilon", in: 1e-8...1e-1, default: epsilon)
    result.padsAsTensorFlow = try options.boolean("samePadding", default: padsAsTensorFlow)
    result.depthRate = try options.number("depthRate", in: 0...0.9, default: depthRate)
    try options.finish()
    return result
  }
}
