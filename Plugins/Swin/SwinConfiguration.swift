import EncoderKit

/// The numbers that tell one Swin transformer from another.
struct SwinConfiguration: Sendable, Equatable {
  /// Blocks of each layer.
  var blocks = [2, 2, 6, 2]
  /// Heads of attention of each layer.
  var heads = [3, 6, 12, 24]
  /// Width of a token in the first layer; it doubles with each.
  var width = 96
  /// Side of a patch in pixels.
  var patch = 4
  /// Side of a window in tokens.
  var window = 7
  /// Width of the hidden layer of a block, in widths of a token.
  var hiddenRatio = 4.0
  /// The rate of stochastic depth at the last block; it grows from 0 at the first.
  var depthRate = 0.0

  static let all: [(name: String, configuration: SwinConfiguration)] = [
    ("tiny", SwinConfiguration()), ("small", SwinConfiguration(blocks: [2, 2, 18, 2])),
    ("base", SwinConfiguration(blocks: [2, 2, 18, 2], heads: [4, 8, 16, 32], width: 128)),
    ("large", SwinConfiguration(blocks: [2, 2, 18, 2], heads: [6, 12, 24, 48], width: 192)),
  ]

  /// A token's width in a layer.
  func width(of layer: Int) -> Int { width << layer }

  /// The width of the features.
  var featureWidth: Int { width(of: blocks.count - 1) }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> SwinConfiguration {
    var (options, result) = (options, self)
    result.blocks = try options.integers("blocks", in: 1...64) ?? blocks
    result.heads = try options.integers("heads", in: 1...64) ?? heads
    result.width = try options.integer("width", in: 1...1024, default: width)
    result.patch = try options.integer("patch", in: 1...64, default: patch)
    result.window = try options.integer("window", in: 1...64, default: window)
    result.hiddenRatio = try options.number("hiddenRatio", in: 0.1...16, default: hiddenRatio)
    result.depthRate = try options.number("depthRate", in: 0...0.9, default: depthRate)
    let place = options.place
    try options.finish()
    let (blocks, heads) = (result.blocks, result.heads)
    guard (1...6).contains(blocks.count), heads.count == blocks.count else {
      throw ZooError(
        .badValue,
        "\(blocks.count) layers of blocks and \(heads.count) of heads; expected 1 to 6 of both",
        at: place)
    }
    for (layer, heads) in heads.enumerated() where result.width(of: layer) % heads != 0 {
      throw ZooError(
        .badValue,
        "\(heads) heads can't share a width of \(result.width(of: layer)), that of layer \(layer + 1)",
        at: place)
    }
    return result
  }
}
