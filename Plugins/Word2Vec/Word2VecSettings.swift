import EncoderKit

/// The options of a Word2Vec encoder, checked.
struct Word2VecSettings: Sendable, Equatable {
  var training: Word2VecOptions
  let minimumCount: Int
  let vocabularySize: Int
  /// Whether vectors that are given train further on the texts.
  let continuesTraining: Bool
  /// Whether the specification asks for a dimension.
  let namesDimension: Bool
  let network: ConvolutionalTextOptions

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
    continuesTraining = try options.boolean("continueTraining", default: true)
    namesDimension = options.value("dimension") != nil
    network = try ConvolutionalTextOptions(&options)
    try options.finish()
  }
}
