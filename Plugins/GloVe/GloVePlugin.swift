import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_GloVe")
public func encoderzooPluginGloVe() -> UnsafeMutableRawPointer {
  Plugin(name: "GloVe", textEncoders: [GloVeEntry()]).exported()
}

/// Published word vectors under a convolutional sentence model.
private struct GloVeEntry: TextEncoderEntry {
  let description = EncoderDescription(
    name: "glove", modality: .text,
    summary: "published word vectors (\"vectors\": a GloVe or word2vec file) under a 1-D CNN",
    paper: "GloVe: Global Vectors for Word Representation (Pennington et al., 2014)",
    link: "https://aclanthology.org/D14-1162/", licence: "Apache-2.0",
    options: [
      .init("minimumCount", default: "1", "rarer words count as unknown"),
      .init("vocabularySize", default: "15000", "the most words that get a vector"),
    ] + ConvolutionalTextOptions.descriptions)

  let needsVectors = true

  func prepare(
    corpus: [[String]], options: JSONObject, vectors path: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation {
    let settings = try GloVeSettings(options)
    guard let path else {
      throw ZooError(
        .badValue, "\"glove\" needs a file of word vectors", at: options.place,
        advice: "name it beside \"encoder\": \"vectors\": \"glove.6B.300d.txt\"")
    }
    let vocabulary = Vocabulary(
      counting: corpus, minimumCount: settings.minimumCount, maximumSize: settings.vocabularySize)
    let words = vocabulary.words.dropFirst(2)
    let table = try WordVectors.read(path: path, keeping: Array(words), progress: progress)
    guard !table.words.isEmpty else {
      throw ZooError(
        .badValue, "none of the \(words.count) words of the training texts has a vector there",
        at: Place(path: path), advice: "is it a file of another language, or in upper case?")
    }
    return TextPreparation(
      vocabulary: vocabulary, dimension: table.dimension,
      vectors: start(vocabulary, table, random), coverage: vocabulary.coverage(by: table))
  }

  /// Found vectors as they are; others drawn around the mean of the found ones with their deviation
  /// about it, each word from a stream of its own; padding zero; unknown the mean.
  private func start(_ vocabulary: Vocabulary, _ table: WordVectorTable, _ random: RandomStream)
    -> [Float]
  {
    let size = table.dimension
    var mean = [Double](repeating: 0, count: size)
    for (index, value) in table.values.enumerated() { mean[index % size] += Double(value) }
    mean = mean.map { $0 / Double(table.words.count) }
    var square = 0.0
    for (index, value) in table.values.enumerated() {
      let distance = Double(value) - mean[index % size]
      square += distance * distance
    }
    // One number for all columns: a column of a few words tells little of its own.
    let deviation = (square / Double(table.values.count)).squareRoot()
    var values = [Float](repeating: 0, count: size)
    values += mean.map { Float($0) }
    for word in vocabulary.words.dropFirst(2) {
      if let found = table.vector(of: word) {
        values += found
      } else {
        var stream = random.derived(word)
        values += mean.map { Float($0 + stream.normal() * deviation) }
      }
    }
    return values
  }

  func maximumWords(options: JSONObject) throws -> Int? {
    try GloVeSettings(options).network.maximumWords
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    try ConvolutionalTextEncoder(GloVeSettings(options).network, preparation, scope)
  }
}

/// The options of the encoder, checked.
private struct GloVeSettings {
  let minimumCount: Int
  let vocabularySize: Int
  let network: ConvolutionalTextOptions

  init(_ options: JSONObject) throws {
    var options = options
    minimumCount = try options.integer("minimumCount", in: 1...1_000_000, default: 1)
    vocabularySize = try options.integer("vocabularySize", in: 1...10_000_000, default: 15_000)
    network = try ConvolutionalTextOptions(&options)
    try options.finish()
  }
}
