import EncoderKit

/// The options of a Word2Vec encoder, checked.
struct Word2VecSettings: Sendable, Equatable {
  var training: Word2VecOptions
  let minimumCount: Int
  let vocabularySize: Int
  let maximumWords: Int
  let kernels: [Int]
  let filters: Int
  let embeddingDropout: Float
  let wordDropout: Double
  let freezesEmbedding: Bool

  /// Reads the options of a specification.
  ///
  /// - Throws: `ZooError` for an unknown option or one out of range.
  init(_ options: JSONObject) throws {
    var options = options
    let model = try options.choice(
      "model", among: Word2VecOptions.Model.allCases.map(\.rawValue), default: "skip-gram")
    training = Word2VecOptions(model: Word2VecOptions.Model(rawValue: model) ?? .skipGram)
    training.dimension = try options.integer("dimension", in: 1...4096, default: 300)
    training.window = try options.integer("window", in: 1...100, default: 5)
    training.negatives = try options.integer("negatives", in: 1...64, default: 5)
    training.epochs = try options.integer("epochs", in: 1...1000, default: 5)
    training.subsampling = try options.number("subsampling", in: 0...1, default: 1e-3)
    training.learningRate = try options.number("learningRate", in: 1e-6...1, default: 0.025)
    training.minimumLearningRate = min(training.minimumLearningRate, training.learningRate)
    training.racing = try options.boolean("racing", default: false)
    minimumCount = try options.integer("minimumCount", in: 1...1_000_000, default: 2)
    vocabularySize = try options.integer("vocabularySize", in: 1...10_000_000, default: 15_000)
    maximumWords = try options.integer("maximumWords", in: 1...100_000, default: 140)
    kernels = try options.integers("kernels", in: 1...64) ?? [3, 4, 5]
    filters = try options.integer("filters", in: 1...4096, default: 100)
    embeddingDropout = Float(try options.number("embeddingDropout", in: 0...0.9, default: 0))
    wordDropout = try options.number("wordDropout", in: 0...0.9, default: 0)
    freezesEmbedding = try options.boolean("freezeEmbedding", default: false)
    try options.finish()
    guard !kernels.isEmpty else {
      throw ZooError(.badValue, "\"kernels\" is empty; expected widths in words", at: options.place)
    }
  }
}
