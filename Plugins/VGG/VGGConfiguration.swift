import EncoderKit

/// The numbers that tell one VGG from another.
struct VGGConfiguration: Sendable, Equatable {
  /// Convolutions of each block; 2×2 maximum pooling follows each block.
  var blocks: [Int]
  /// Whether batch normalisation follows each convolution.
  var hasNormalization: Bool
  /// Channels of the first block; doubles with each block up to eight times.
  var width = 64
  /// Width of the two hidden layers; 0 leaves them out, and the last maps' mean is the features.
  var hidden = 4096
  /// Dropout behind each hidden layer, in training.
  var dropout: Float = 0.5

  static func vgg(_ depth: [Int], normalized: Bool) -> VGGConfiguration {
    VGGConfiguration(blocks: depth, hasNormalization: normalized)
  }

  /// Side of the maps that the first hidden layer reads.
  static let pooledSide = 7

  /// Channels of a block.
  func channels(_ block: Int) -> Int { width << min(block, 3) }

  /// The width of the features.
  var featureWidth: Int { hidden > 0 ? hidden : channels(blocks.count - 1) }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> VGGConfiguration {
    var (options, result) = (options, self)
    result.blocks = try options.integers("blocks", in: 1...64) ?? blocks
    result.width = try options.integer("width", in: 1...1024, default: width)
    result.hidden = try options.integer("hidden", in: 0...65_536, default: hidden)
    result.dropout = Float(try options.number("dropout", in: 0...0.95, default: Double(dropout)))
    try options.finish()
    guard (1...8).contains(result.blocks.count) else {
      throw ZooError(.badValue, "expected one to eight blocks", at: options.place)
    }
    return result
  }

  /// The smallest image that leaves a pixel to the last pooling.
  var minimumSize: Int { 1 << blocks.count }
}
