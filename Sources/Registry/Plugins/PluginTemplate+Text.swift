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

      func features(_ texts: [[Int32]], _ run: inout Forward) -> Tensor {
        network(texts.map { Array($0.prefix(140)) }, &run, embeddingDropout: 0.2)
      }
    }

    """

  static let textEntry = """
    import EncoderKit

    /// The C entry point through which the program finds this plugin.
    @_cdecl("encoderzoo_plugin_{{NAME}}")
    public func encoderzooPlugin{{NAME}}() -> UnsafeMutableRawPointer {
      Plugin(name: "{{NAME}}", textEncoders: [{{NAME}}Entry()]).exported()
    }

    private struct {{NAME}}Entry: TextEncoderEntry {
      let description = EncoderDescription(
        name: "{{ENCODER}}", modality: .text, summary: "word vectors from nothing, convolutions of 2 and 3",
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
          throw ZooError(.badValue, "{{ENCODER}} reads no word vectors", at: Place(path: vectors))
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

  static let textStudy = """
    {
      "schema": 1, "name": "{{NAME}} beside Word2Vec", "seed": 1,
      "data": {
        "format": "csv", "path": "sample/cases.csv", "synthetic": true,
        "columns": {
          "id": "id", "image": "image", "text": "text", "label": "label", "patient": "patient"
        },
        "labels": ["normal", "abnormal"]
      },
      "folds": {"kind": "k-fold", "count": 3, "validation": 0.15},
      "image": {
        "name": "resnet", "encoder": "resnet18", "size": 64, "channels": 1,
        "options": {"width": 16},
        "training": {"epochs": 12, "batchSize": 16, "learningRate": 0.002}
      },
      "text": [
        {
          "name": "{{ENCODER}}", "encoder": "{{ENCODER}}",
          "training": {"epochs": 12, "batchSize": 32}
        },
        {
          "name": "word2vec", "encoder": "word2vec",
          "options": {"dimension": 50, "epochs": 10, "filters": 50},
          "training": {"epochs": 12, "batchSize": 32}
        }
      ],
      "fusion": {"head": "concat", "hidden": 0, "training": {"epochs": 5}}
    }

    """
}
