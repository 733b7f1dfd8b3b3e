import EncoderKit

/// The numbers that tell one DenseNet from another.
struct DenseNetConfiguration: Sendable, Equatable {
  /// Channels each layer adds: k in the paper.
  var growthRate: Int
  /// Layers of each block.
  var blocks: [Int]
  /// Channels of the first convolution.
  var initialFeatures: Int
  /// The bottleneck's width in multiples of the growth rate.
  var bottleneck = 4
  /// The first convolution's kernel, 7 in the paper.
  var stemKernel = 7
  /// The first convolution's stride, 2 in the paper.
  var stemStride = 2
  /// Whether a 3×3 maximum pooling of stride 2 follows, as in the paper.
  var stemPool = true
  /// Dropout after each layer, in training.
  var dropout: Float = 0

  static let densenet121 = DenseNetConfiguration(
    growthRate: 32, blocks: [6, 12, 24, 16], initialFeatures: 64)
  static let densenet161 = DenseNetConfiguration(
    growthRate: 48, blocks: [6, 12, 36, 24], initialFeatures: 96)
  static let densenet169 = DenseNetConfiguration(
    growthRate: 32, blocks: [6, 12, 32, 32], initialFeatures: 64)
  static let densenet201 = DenseNetConfiguration(
    growthRate: 32, blocks: [6, 12, 48, 32], initialFeatures: 64)

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> DenseNetConfiguration {
    var (options, result) = (options, self)
    result.growthRate = try options.integer("growthRate", in: 1...256, default: growthRate)
    result.blocks = try options.integers("blocks", in: 1...256) ?? blocks
    result.initialFeatures = try options.integer(
      "initialFeatures", in: 1...1024, default: initialFeatures)
    result.bottleneck = try options.integer("bottleneck", in: 1...16, default: bottleneck)
    result.stemKernel = try options.integer("stemKernel", in: 1...15, default: stemKernel)
    result.stemStride = try options.integer("stemStride", in: 1...4, default: stemStride)
    result.stemPool = try options.boolean("stemPool", default: stemPool)
    result.dropout = Float(try options.number("dropout", in: 0...0.9, default: Double(dropout)))
    try options.finish()
    guard !result.blocks.isEmpty, result.stemKernel % 2 == 1 else {
      throw ZooError(
        .badValue, "expected at least one block and an odd stemKernel", at: options.place)
    }
    return result
  }

  /// The width of the features: every layer adds the growth rate, every transition halves.
  var featureWidth: Int {
    var width = initialFeatures
    for (index, layers) in blocks.enumerated() {
      if index > 0 { width /= 2 }
      width += layers * growthRate
    }
    return width
  }

  /// The smallest image that leaves a pixel to the last block.
  var minimumSize: Int {
    let reduction = stemStride * (stemPool ? 2 : 1) << (blocks.count - 1)
    return reduction
  }
}
