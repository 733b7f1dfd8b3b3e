import Basics
import Tensors

/// The convolutional sentence model: for each kernel width a 1-D convolution over the word vectors,
/// ReLU, maximum over time; the maxima side by side.
///
/// Kim, "Convolutional Neural Networks for Sentence Classification", 2014,
/// https://arxiv.org/abs/1408.5882. Texts of word indices to `[documents, kernels · filters]`. Keys:
/// `embedding.weight` `[words, dimension]`, `convolutions.{i}.weight` `[filters, kernel, dimension]`
/// (in files `[filters, dimension, kernel]`), `convolutions.{i}.bias`. Windows that run over the end
/// of a text read zeros, and index 0 (padding) is a zero row that never trains.
public struct TextConvolution {
  private let table: Parameter
  private let convolutions: [(weight: Parameter, bias: Parameter)]
  private let kernels: [Int]
  /// The width of the features.
  public let featureWidth: Int

  /// A model over a vocabulary; `vectors` are the starting values of the embedding, row-major.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, words: Int, dimension: Int, kernels: [Int], filters: Int, vectors: [Float]?
  ) throws {
    self.kernels = kernels
    featureWidth = kernels.count * filters
    table = try scope("embedding").parameter(
      "weight", shape: [words, dimension],
      initializer: vectors.map { .values($0) } ?? .uniform(0.25))
    convolutions = try kernels.enumerated().map { index, kernel in
      let part = scope("convolutions")(index)
      let bound = 1 / Float(kernel * dimension).squareRoot()
      return (
        try part.parameter(
          "weight", shape: [filters, kernel, dimension], initializer: .uniformFanIn),
        try part.parameter("bias", shape: [filters], kind: .offset, initializer: .uniform(bound))
      )
    }
  }

  /// The embedding table, for freezing.
  public var embedding: Parameter { table }

  /// The features of texts, each a list of word indices; an empty one counts as one unknown word.
  ///
  /// In training, `embeddingDropout` is the rate of dropout on the word vectors.
  public func callAsFunction(
    _ texts: [[Int32]], _ pass: inout Forward, embeddingDropout: Float = 0
  ) -> Tensor {
    let (vectors, layout) = vectors(texts, &pass, embeddingDropout: embeddingDropout)
    return features(of: vectors, layout, &pass)
  }

  /// The vectors of texts' words, packed `[rows, dimension]`, and where each text lies in them.
  public func vectors(
    _ texts: [[Int32]], _ pass: inout Forward, embeddingDropout: Float = 0
  ) -> (vectors: Tensor, layout: PackedLayout) {
    let gap = max(0, (kernels.max() ?? 1) - 1)
    let documents = texts.map { $0.isEmpty ? [1] : $0 }
    let layout = PackedLayout(lengths: documents.map(\.count), gap: gap)
    let words = documents.flatMap { $0 + [Int32](repeating: 0, count: gap) }
    let vectors = pass.dropout(
      pass.embedding(table, words, padding: 0), rate: embeddingDropout)
    return (vectors, layout)
  }

  /// The features of texts whose words' vectors are given.
  public func features(of vectors: Tensor, _ layout: PackedLayout, _ pass: inout Forward) -> Tensor
  {
    pass.concatenate(
      convolutions.map {
        pass.convolutionMaxOverTime(vectors, layout, $0.weight, bias: $0.bias)
      })
  }
}
