import Basics
import Layers
import Tensors

/// A 1-D CNN over word vectors, which train further unless frozen.
///
/// Kim 2014, "Convolutional Neural Networks for Sentence Classification",
/// https://arxiv.org/abs/1408.5882: convolutions of several widths, ReLU, maximum over time. Texts
/// to `[texts, kernels · filters]`. Keys: `embedding.weight` `[words, dimension]`,
/// `convolutions.N.weight`, `convolutions.N.bias`.
public struct ConvolutionalTextEncoder: TextEncoder {
  private let network: TextConvolution
  private let options: ConvolutionalTextOptions
  /// The width of the features.
  public let featureWidth: Int

  /// Builds the network over prepared word vectors.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ options: ConvolutionalTextOptions, _ preparation: TextPreparation, _ scope: Scope
  ) throws {
    self.options = options
    network = try TextConvolution(
      scope, words: preparation.vocabulary.count, dimension: preparation.dimension,
      kernels: options.kernels, filters: options.filters, vectors: preparation.vectors)
    featureWidth = network.featureWidth
    if options.freezesEmbedding { network.embedding.isTrainable = false }
  }

  /// The length of the word vectors.
  public var wordWidth: Int? { network.embedding.value.channels }

  /// The features of texts, each a list of word indices: `[texts, featureWidth]`.
  public func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    featuresAndWords(texts, &pass).features
  }

  /// The features of texts, and the vectors of their words (one unknown word for an empty text).
  public func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
  {
    var texts = texts.map { Array($0.prefix(options.maximumWords)) }
    if pass.mode == .training, options.wordDropout > 0 {
      for text in texts.indices {
        for word in texts[text].indices where pass.random.uniform() < options.wordDropout {
          texts[text][word] = 1
        }
      }
    }
    let (vectors, layout) = network.vectors(
      texts, &pass, embeddingDropout: options.embeddingDropout)
    return (
      network.features(of: vectors, layout, &pass), WordStates(rows: vectors, layout: layout)
    )
  }
}
