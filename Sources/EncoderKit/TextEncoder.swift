import Basics
import Layers
import Tensors
import WordVectors

/// A network that turns texts into features.
public protocol TextEncoder {
  /// The width of the features.
  var featureWidth: Int { get }

  /// The width of what `featuresAndWords` knows of each word; nil, unless said otherwise, where it
  /// knows nothing of single words.
  var wordWidth: Int? { get }

  /// The features of texts, each a list of word indices: `[texts, featureWidth]`.
  func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor

  /// The same features, and what is known of each word on the way to them: its vector, or a
  /// recurrent network's state.
  ///
  /// Words are looked up once for both. Unless said otherwise there are features alone.
  func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
}

/// What a text encoder knows of each word of a batch.
public struct WordStates {
  /// Row after row, `[rows, wordWidth]`.
  public let rows: Tensor
  /// Where each text's words lie among the rows.
  public let layout: PackedLayout

  /// Rows and where each text lies in them.
  public init(rows: Tensor, layout: PackedLayout) {
    self.rows = rows
    self.layout = layout
  }
}

extension TextEncoder {
  /// Nil: nothing is known of single words.
  public var wordWidth: Int? { nil }

  /// The features alone.
  public func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
  {
    (features(texts, &pass), nil)
  }
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

  /// Whether `prepare` trains word vectors on the texts, so that they are worth keeping for
  /// themselves; false unless said otherwise.
  var trainsVectors: Bool { get }

  /// Whether `prepare` can't do without a file of word vectors, so that a specification without one
  /// is refused before anything is read; false unless said otherwise.
  var needsVectors: Bool { get }

  /// The most words of a text that the encoder reads with these options: what stands behind is cut
  /// off, and the program says how much. Nil, unless said otherwise, for all words.
  ///
  /// - Throws: `ZooError` for unknown or impossible options.
  func maximumWords(options: JSONObject) throws -> Int?

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

extension TextEncoderEntry {
  /// False: the vectors are given, or are parameters like others.
  public var trainsVectors: Bool { false }

  /// False: vectors can be drawn or trained.
  public var needsVectors: Bool { false }

  /// Nil: every word is read.
  public func maximumWords(options: JSONObject) throws -> Int? { nil }
}

extension Vocabulary {
  /// How much of this vocabulary a table of word vectors covers, by the words that were counted.
  public func coverage(by table: WordVectorTable, listing limit: Int = 10) -> WordCoverage {
    table.coverage(
      of: Dictionary(uniqueKeysWithValues: zip(words, counts).dropFirst(2)), listing: limit,
      outsideTokens: counts[1])
  }
}

extension WordVectorTable {
  /// The words of a vocabulary with their vectors; padding and unknown, which no file has, are left
  /// out.
  ///
  /// - Parameters:
  ///   - vocabulary: Words, padding and unknown first.
  ///   - dimension: The numbers of a vector.
  ///   - values: `[vocabulary.count, dimension]`, row-major.
  /// - Throws: `ZooError` when the numbers don't fit or are not finite.
  package init(vocabulary: Vocabulary, dimension: Int, values: [Float]) throws {
    guard values.count == vocabulary.count * dimension else {
      throw ZooError(
        .badValue,
        "\(values.count) numbers for a vocabulary of \(vocabulary.count) words of dimension "
          + "\(dimension)")
    }
    try self.init(
      words: Array(vocabulary.words.dropFirst(2)), dimension: dimension,
      values: Array(values.dropFirst(2 * dimension)))
  }
}
