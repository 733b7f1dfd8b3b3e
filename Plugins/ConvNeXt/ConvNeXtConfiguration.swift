import EncoderKit

/// The numbers that tell one ConvNeXt from another.
struct ConvNeXtConfiguration: Sendable, Equatable {
  /// Blocks of each layer.
  var blocks: [Int]
  /// Channels of each layer.
  var widths: [Int]
  /// Whether it is of the second version: hidden layers normalised by the image's response, no layer scale.
  var isVersion2 = false
  /// The rate of stochastic depth at the last block; it grows from 0 at the first.
  var depthRate = 0.0

  static let all: [(name: String, configuration: ConvNeXtConfiguration)] = [
    ("tiny", .init(blocks: [3, 3, 9, 3], widths: [96, 192, 384, 768])),
    ("small", .init(blocks: [3, 3, 27, 3], widths: [96, 192, 384, 768])),
    ("base", .init(blocks: [3, 3, 27, 3], widths: [128, 256, 512, 1024])),
    ("large", .init(blocks: [3, 3, 27, 3], widths: [192, 384, 768, 1536])),
  ]

  /// The same as the second version has it.
  var version2: ConvNeXtConfiguration {
    var result = self
    result.isVersion2 = true
    return result
  }

  /// The width of the features.
  var featureWidth: Int { widths.last ?? 0 }

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> ConvNeXtConfiguration {
    var (options, result) = (options, self)
    result.blocks = try options.integers("blocks", in: 1...256) ?? blocks
    result.widths = try options.integers("widths", in: 1...8192) ?? widths
    result.depthRate = try options.number("depthRate", in: 0...0.9, default: depthRate)
    try options.finish()
    guard result.blocks.count == result.widths.count, (1...8).contains(result.blocks.count) else {
      throw ZooError(
        .badValue, "expected one to eight layers, as many in \"blocks\" as in \"widths\"",
        at: options.place)
    }
    return result
  }
}
