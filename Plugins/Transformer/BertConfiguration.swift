import EncoderKit

/// The numbers that tell one BERT from another.
struct BertConfiguration: Sendable, Equatable {
  /// Where the features come from.
  enum Pooling: String, Sendable, CaseIterable {
    /// The mean over the pieces of the text, those around it included, as sentence-transformers takes it.
    case mean
    /// The first piece.
    case first
  }

  /// Width of a piece.
  var width = 768
  var depth = 12
  var heads = 12
  /// Width of a block's hidden layer.
  var hidden = 3072
  /// The most pieces of a text, those around it included.
  var positions = 512
  /// The position of the first piece: RoBERTa counts from behind its padding.
  var firstPosition = 0
  /// Kinds of texts that are told apart; all pieces here are of the first.
  var types = 2
  var epsilon: Float = 1e-12
  var pooling = Pooling.mean
  /// Dropout behind attention and hidden layers, in training.
  var dropout: Float = 0.1

  static let base = BertConfiguration()
  static let miniLM6 = BertConfiguration(width: 384, depth: 6, hidden: 1536)

  /// This configuration with the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  func with(_ options: JSONObject) throws -> BertConfiguration {
    var (options, result) = (options, self)
    result.width = try options.integer("width", in: 1...4096, default: width)
    result.depth = try options.integer("depth", in: 1...48, default: depth)
    result.heads = try options.integer("heads", in: 1...64, default: heads)
    result.hidden = try options.integer("hidden", in: 1...16_384, default: hidden)
    result.positions = try options.integer("positions", in: 8...8192, default: positions)
    result.dropout = Float(try options.number("dropout", in: 0...0.9, default: Double(dropout)))
    let pooling = try options.string("pooling", default: pooling.rawValue)
    let place = options.place
    try options.finish()
    guard let known = Pooling(rawValue: pooling) else {
      throw ZooError(
        .badValue, "unknown pooling \"\(pooling)\"; expected mean or first", at: place)
    }
    result.pooling = known
    guard result.width % result.heads == 0 else {
      throw ZooError(
        .badValue, "\(result.heads) heads can't share a width of \(result.width)", at: place)
    }
    return result
  }
}
