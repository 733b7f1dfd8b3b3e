import EncoderKit

/// The numbers that tell one vision transformer from another.
struct ViTConfiguration: Sendable, Equatable {
  /// Where the features come from.
  enum Pooling: String, Sendable, CaseIterable {
    /// The class token.
    case token
    /// The mean of the patches; class token and registers are left out.
    case mean
  }

  /// Side of a patch in pixels.
  var patch = 16
  /// Width of a token.
  var width = 384
  /// Blocks.
  var depth = 12
  /// Heads of attention.
  var heads = 6
  /// Width of the hidden layer of a block, in widths of a token.
  var hiddenRatio = 4.0
  /// Whether the hidden layer is gated: silu(a) · b of its two halves.
  var isGated = false
  /// Tokens beside the class token that stand for no patch.
  var registers = 0
  /// Whether each branch of a block is multiplied by learnt factors.
  var hasLayerScale = false
  /// Whether a position is added to the class token.
  var hasClassPosition = true
  var pooling = Pooling.token
  /// Side in pixels of the images it was published for.
  var size = 224
  /// The rate of stochastic depth at the last block; it grows from 0 at the first.
  var depthRate = 0.0

  static let tiny = ViTConfiguration(width: 192, heads: 3)
  static let small = ViTConfiguration()
  static let base = ViTConfiguration(width: 768, heads: 12)
  static let large = ViTConfiguration(width: 1024, depth: 24, heads: 16)

  /// The same as DINOv2 has it, with registers or without.
  func dinov2(registers: Int = 0) -> ViTConfiguration {
    var result = self
    (result.patch, result.size, result.hasLayerScale) = (14, 518, true)
    (result.registers, result.hasClassPosition) = (registers, registers == 0)
    return result
  }

  /// The hidden layer's width, both halves together where it is gated.
  var hiddenWidth: Int { Int(Double(width) * hiddenRatio) }

  /// Tokens before the patches.
  var prefix: Int { 1 + registers }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> ViTConfiguration {
    var (options, result) = (options, self)
    result.patch = try options.integer("patch", in: 1...256, default: patch)
    result.width = try options.integer("width", in: 1...4096, default: width)
    result.depth = try options.integer("depth", in: 1...48, default: depth)
    result.heads = try options.integer("heads", in: 1...64, default: heads)
    result.hiddenRatio = try options.number("hiddenRatio", in: 0.1...16, default: hiddenRatio)
    result.isGated = try options.boolean("gated", default: isGated)
    result.depthRate = try options.number("depthRate", in: 0...0.9, default: depthRate)
    let pooling = try options.string("pooling", default: pooling.rawValue)
    let place = options.place
    try options.finish()
    guard let known = Pooling(rawValue: pooling) else {
      throw ZooError(
        .badValue, "unknown pooling \"\(pooling)\"; expected token or mean", at: place)
    }
    result.pooling = known
    guard result.width % result.heads == 0 else {
      throw ZooError(
        .badValue, "\(result.heads) heads can't share a width of \(result.width)", at: place)
    }
    return result
  }
}
