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
    link: "https://arxiv.org/abs/1310.4546",
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
      .init("maximumWords", default: "140", "words of a text that are read"),
      .init("racing", default: "false", "threads overwrite each other: faster, not reproducible"),
      .init("kernels", default: "[3, 4, 5]", "widths of the convolutions, in words"),
      .init("filters", default: "100", "filters of each width"),
      .init("embeddingDropout", default: "0", "dropout on word vectors, in training"),
      .init("wordDropout", default: "0", "share of words replaced by unknown, in training"),
      .init("freezeEmbedding", default: "false", "keep the word vectors as they were trained"),
    ])

  func prepare(
    corpus: [[String]], options: JSONObject, random: RandomStream, progress: (Double) -> Bool
  ) throws -> TextPreparation {
    let settings = try Word2VecSettings(options)
    let vocabulary = Vocabulary(
      counting: corpus, minimumCount: settings.minimumCount, maximumSize: settings.vocabularySize)
    var training = settings.training
    var stream = random
    training.seed = stream.next()
    let vectors = try trainWordVectors(
      corpus: corpus.map { vocabulary.indices(of: $0.prefix(settings.maximumWords)) },
      vocabulary: vocabulary, options: training, threads: Compute.threads, progress: progress)
    return TextPreparation(
      vocabulary: vocabulary, dimension: training.dimension, vectors: vectors)
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    try ConvolutionalTextEncoder(Word2VecSettings(options), preparation, scope)
  }
}

/// A 1-D CNN over word vectors, which train further unless frozen.
private struct ConvolutionalTextEncoder: TextEncoder {
  private let network: TextConvolution
  private let settings: Word2VecSettings
  let featureWidth: Int

  init(_ settings: Word2VecSettings, _ preparation: TextPreparation, _ scope: Scope) throws {
    self.settings = settings
    network = try TextConvolution(
      scope, words: preparation.vocabulary.count, dimension: preparation.dimension,
      kernels: settings.kernels, filters: settings.filters, vectors: preparation.vectors)
    featureWidth = network.featureWidth
    if settings.freezesEmbedding { network.embedding.isTrainable = false }
  }

  func features(_ texts: [[Int32]], _ run: inout Forward) -> Tensor {
    var texts = texts.map { Array($0.prefix(settings.maximumWords)) }
    if run.mode == .training, settings.wordDropout > 0 {
      for text in texts.indices {
        for word in texts[text].indices where run.random.uniform() < settings.wordDropout {
          texts[text][word] = 1
        }
      }
    }
    return network(texts, &run, embeddingDropout: settings.embeddingDropout)
  }
}
