import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_Word2Vec")
public func encoderzooPluginWord2Vec() -> UnsafeMutableRawPointer {
  Plugin(name: "Word2Vec", textEncoders: [Word2VecEntry()]).exported()
}

/// Word vectors trained on the texts at hand, under a convolutional sentence model.
private struct Word2VecEntry: TextEncoderEntry {
  let description = EncoderDescription(
    name: "word2vec", modality: .text,
    summary: "word vectors trained on the training texts, under a 1-D CNN (kernels 3, 4, 5)",
    paper: "Distributed Representations of Words and Phrases (Mikolov et al., 2013)",
    link: "https://arxiv.org/abs/1310.4546", licence: "Apache-2.0",
    options: [
      .init("model", default: "\"skip-gram\"", "\"skip-gram\" or \"cbow\""),
      .init("dimension", default: "300", "length of a word vector"),
      .init("window", default: "5", "words on either side that belong to a context"),
      .init("negatives", default: "5", "random words each word is told apart from"),
      .init("epochs", default: "5", "passes over the texts"),
      .init("subsampling", default: "0.001", "threshold for frequent words; 0 keeps all"),
      .init("learningRate", default: "0.025", "first learning rate of the vectors"),
      .init("minimumCount", default: "2", "rarer words count as unknown"),
      .init("vocabularySize", default: "15000", "the most words that get a vector"),
      .init("racing", default: "false", "threads overwrite each other: faster, not reproducible"),
      .init("continueTraining", default: "true", "train vectors that are given further"),
    ] + ConvolutionalTextOptions.descriptions)

  let trainsVectors = true

  func prepare(
    corpus: [[String]], options: JSONObject, vectors path: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation {
    let settings = try Word2VecSettings(options)
    let vocabulary = Vocabulary(
      counting: corpus, minimumCount: settings.minimumCount, maximumSize: settings.vocabularySize)
    var training = settings.training
    var stream = random
    training.seed = stream.next()
    let given = try path.map { try read($0, for: vocabulary) }
    if let given, settings.namesDimension, given.dimension != training.dimension {
      throw ZooError(
        .badValue,
        "the vectors have dimension \(given.dimension); \"dimension\" is \(training.dimension)",
        at: options.place, advice: "leave \"dimension\" out")
    }
    if let given { training.dimension = given.dimension }
    if given != nil, !settings.continuesTraining { training.epochs = 0 }
    let vectors = try trainWordVectors(
      corpus: corpus.map { vocabulary.indices(of: $0.prefix(settings.network.maximumWords)) },
      vocabulary: vocabulary, options: training, threads: Compute.threads,
      startingFrom: given?.start, progress: progress)
    return TextPreparation(
      vocabulary: vocabulary, dimension: training.dimension, vectors: vectors,
      coverage: (given?.table).map { vocabulary.coverage(by: $0) })
  }

  /// Vectors of a file in the order of a vocabulary.
  private func read(_ path: String, for vocabulary: Vocabulary) throws
    -> (table: WordVectorTable, dimension: Int, start: GivenVectors)
  {
    let table = try WordVectors.read(path: path, keeping: Array(vocabulary.words.dropFirst(2)))
    guard !table.words.isEmpty else {
      throw ZooError(
        .badValue, "no word of the training texts has a vector there", at: Place(path: path))
    }
    let none = [Float](repeating: 0, count: table.dimension)
    let found = vocabulary.words.map { table.vector(of: $0).map { Array($0) } }
    let start = GivenVectors(
      values: found.flatMap { $0 ?? none }, isGiven: found.map { $0 != nil })
    return (table, table.dimension, start)
  }

  func maximumWords(options: JSONObject) throws -> Int? {
    try Word2VecSettings(options).network.maximumWords
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    try ConvolutionalTextEncoder(Word2VecSettings(options).network, preparation, scope)
  }
}
