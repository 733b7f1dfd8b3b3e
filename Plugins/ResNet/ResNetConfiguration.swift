import EncoderKit

/// The numbers that tell one ResNet from another.
struct ResNetConfiguration: Sendable, Equatable {
  /// Blocks of each layer.
  var blocks: [Int]
  /// Whether a block is 1×1, 3×3, 1×1 to four times the width rather than two 3×3.
  var isBottleneck: Bool
  /// Channels of the stem; each layer's width is twice the one before.
  var width = 64
  /// The first convolution's kernel, 7 in the paper.
  var stemKernel = 7
  /// The first convolution's stride, 2 in the paper.
  var stemStride = 2
  /// Whether a 3×3 maximum pooling of stride 2 follows, as in the paper.
  var stemPool = true

  static let resnet18 = ResNetConfiguration(blocks: [2, 2, 2, 2], isBottleneck: false)
  static let resnet34 = ResNetConfiguration(blocks: [3, 4, 6, 3], isBottleneck: false)
  static let resnet50 = ResNetConfiguration(blocks: [3, 4, 6, 3], isBottleneck: true)
  static let resnet101 = ResNetConfiguration(blocks: [3, 4, 23, 3], isBottleneck: true)
  static let resnet152 = ResNetConfiguration(blocks: [3, 8, 36, 3], isBottleneck: true)

  /// What a block's output is wider by than its 3×3 convolution.
  var expansion: Int { isBottleneck ? 4 : 1 }

  /// The width of the features.
  var featureWidth: Int { (width << (blocks.count - 1)) * expansion }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> ResNetConfiguration {
    var (options, result) = (options, self)
    result.blocks = try options.integers("blocks", in: 1...256) ?? blocks
    result.width = try options.integer("width", in: 1...1024, default: width)
    result.stemKernel = try options.integer("stemKernel", in: 1...15, default: stemKernel)
    result.stemStride = try options.integer("stemStride", in: 1...4, default: stemStride)
    result.stemPool = try options.boolean("stemPool", default: stemPool)
    try options.finish()
    guard (1...8).contains(result.blocks.count), result.stemKernel % 2 == 1 else {
      throw ZooError(
        .badValue, "expected one to eight layers in \"blocks\" and an odd stemKernel",
        at: options.place)
    }
    return result
  }
}
