/// What a new encoder of texts starts from.
extension PluginTemplate {
  static let textNetwork = """
    import EncoderKit

    /// Word vectors under convolutions of several widths, the maximum over time of each filter.
    ///
    /// Texts, each a list of word indices, to features `[texts, featureWidth]`.
    struct {{NAME}}: TextEncoder {
      private let network: TextConvolution
      let featureWidth: Int

      init(words: Int, dimension: Int, filters: Int, scope: Scope) throws {
        // Keys: embedding.weight, convolutions.0.weight, convolutions.0.bias, …
        network = try TextConvolution(
          scope, words: words, dimension: dimension, kernels: [2, 3], filters: filters, vectors: nil)
        featureWidth = network.featureWidth
      }

      func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
        network(texts.map { Array($0.prefix(140)) }, &pass, embeddingDropout: 0.2)
      }
    }

    """

  static let textEntry = """
    private struct {{NAME}}Entry: TextEncoderEntry {
      let description = EncoderDescription(
        name: "{{ENTRY}}", modality: .text, summary: "word vectors from nothing, convolutions of 2 and 3",
        paper: "none", link: "https://example.org", licence: "Apache-2.0",
        options: [
          .init("dimension", default: "64", "length of a word vector"),
          .init("filters", default: "32", "filters of each width"),
        ])

      private func settings(_ options: JSONObject) throws -> (dimension: Int, filters: Int) {
        var options = options
        let dimension = try options.integer("dimension", in: 1...4096, default: 64)
        let filters = try options.integer("filters", in: 1...4096, default: 32)
        try options.finish()
        return (dimension, filters)
      }

      /// What is learnt from the training texts before the encoder is built: here the vocabulary.
      func prepare(
        corpus: [[String]], options: JSONObject, vectors: String?, random: RandomStream,
        progress: (Double) -> Bool
      ) throws -> TextPreparation {
        if let vectors {
          throw ZooError(.badValue, "{{ENTRY}} reads no word vectors", at: Place(path: vectors))
        }
        let vocabulary = Vocabulary(counting: corpus, minimumCount: 2)
        return TextPreparation(
          vocabulary: vocabulary, dimension: try settings(options).dimension, vectors: nil)
      }

      func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
        -> any TextEncoder
      {
        let settings = try settings(options)
        return try {{NAME}}(
          words: preparation.vocabulary.count, dimension: settings.dimension,
          filters: settings.filters, scope: scope)
      }
    }

    """

  /// The branch of its study.
  static let textBranch = """
        {
          "name": "{{ENTRY}}", "encoder": "{{ENTRY}}",
          "training": {"epochs": 12, "batchSize": 32}
        }
    """
}
