import Basics

/// The options of a 1-D CNN over word vectors.
public struct ConvolutionalTextOptions: Sendable, Equatable {
  /// Words of a text that are read.
  public let maximumWords: Int
  /// Widths of the convolutions, in words.
  public let kernels: [Int]
  /// Filters of each width.
  public let filters: Int
  /// Rate of dropout on word vectors, in training.
  public let embeddingDropout: Float
  /// Share of words replaced by unknown, in training.
  public let wordDropout: Double
  /// Whether the word vectors stay as they are.
  public let freezesEmbedding: Bool

  /// Takes these options out of a specification's; others are left for the caller.
  ///
  /// - Throws: `ZooError` for a value out of range.
  public init(_ options: inout JSONObject) throws {
    maximumWords = try options.integer("maximumWords", in: 1...100_000, default: 140)
    kernels = try options.integers("kernels", in: 1...64) ?? [3, 4, 5]
    filters = try options.integer("filters", in: 1...4096, default: 100)
    embeddingDropout = Float(try options.number("embeddingDropout", in: 0...0.9, default: 0))
    wordDropout = try options.number("wordDropout", in: 0...0.9, default: 0)
    freezesEmbedding = try options.boolean("freezeEmbedding", default: false)
    guard !kernels.isEmpty else {
      throw ZooError(.badValue, "\"kernels\" is empty; expected widths in words", at: options.place)
    }
  }

  /// The options as an encoder's description lists them.
  public static let descriptions: [EncoderDescription.Option] = [
    .init("maximumWords", default: "140", "words of a text that are read"),
    .init("kernels", default: "[3, 4, 5]", "widths of the convolutions, in words"),
    .init("filters", default: "100", "filters of each width"),
    .init("embeddingDropout", default: "0", "dropout on word vectors, in training"),
    .init("wordDropout", default: "0", "share of words replaced by unknown, in training"),
    .init("freezeEmbedding", default: "false", "keep the word vectors as they are"),
  ]
}
