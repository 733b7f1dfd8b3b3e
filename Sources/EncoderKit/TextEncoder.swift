import Basics
import Layers
import Tensors
import WordVectors

/// A network that turns texts into features.
public protocol TextEncoder {
  /// The width of the features.
  var featureWidth: Int { get }

  /// The features of texts, each a list of word indices: `[texts, featureWidth]`.
  func features(_ texts: [[Int32]], _ run: inout Forward) -> Tensor
}

/// What a text encoder learnt from the training texts before it is built.
public struct TextPreparation: Sendable {
  /// The words that have a vector.
  public let vocabulary: Vocabulary
  /// The length of a vector.
  public let dimension: Int
  /// The starting vectors, `[words, dimension]` row-major; nil to draw them.
  public let vectors: [Float]?
  /// How much of the training texts a file of word vectors covered; nil where none was read.
  public let coverage: WordCoverage?

  /// A vocabulary with its vectors.
  public init(
    vocabulary: Vocabulary, dimension: Int, vectors: [Float]?, coverage: WordCoverage? = nil
  ) {
    self.vocabulary = vocabulary
    self.dimension = dimension
    self.vectors = vectors
    self.coverage = coverage
  }
}

/// A named text encoder that can be built: an entry of a plugin.
public protocol TextEncoderEntry: Sendable {
  /// What people want to know of it.
  var description: EncoderDescription { get }

  /// Fits vocabulary and vectors to the tokenised training texts, and to nothing else.
  ///
  /// `vectors` is the path of a file of word vectors, where the specification names one.
  /// Deterministic for a random stream, whatever the thread count.
  ///
  /// - Throws: `ZooError` for unknown or impossible options or texts without a usable word.
  func prepare(
    corpus: [[String]], options: JSONObject, vectors: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation

  /// Builds the encoder over a vocabulary, taking every parameter from the scope.
  ///
  /// - Throws: `ZooError` for unknown or impossible options, or saved weights that do not fit.
  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
}
