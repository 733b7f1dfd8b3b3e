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

  /// The parts that freeze as a whole, those that read the words first; none unless said otherwise.
  ///
  /// In training, leading stages of which no parameter is trainable are to run as in evaluation.
  var stages: [EncoderStage] { get }

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

  /// None: all of it learns.
  public var stages: [EncoderStage] { [] }

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
  /// The encoder's own tokenizer; nil for one that reads the words of the vocabulary.
  public let tokenizer: (any TextTokenizer)?
  /// The most pieces of a text that are read, those around it included; nil for all, and for words.
  public let maximumPieces: Int?
  /// The files that the tokenizer was read from, which are saved with a model.
  public let files: EncoderFiles?

  /// A vocabulary with its vectors.
  public init(
    vocabulary: Vocabulary, dimension: Int, vectors: [Float]?, coverage: WordCoverage? = nil
  ) {
    self.vocabulary = vocabulary
    self.dimension = dimension
    self.vectors = vectors
    self.coverage = coverage
    (tokenizer, maximumPieces, files) = (nil, nil, nil)
  }

  /// A tokenizer of the encoder's own, with the files that it was read from.
  ///
  /// `maximumPieces` are the most pieces of a text that are read, those around it included; nil reads all.
  public init(tokenizer: any TextTokenizer, maximumPieces: Int?, files: EncoderFiles) {
    vocabulary = Vocabulary(counts: [:])
    (dimension, vectors, coverage) = (1, nil, nil)
    (self.tokenizer, self.maximumPieces, self.files) = (tokenizer, maximumPieces, files)
  }
}

/// A named text encoder that can be built: an entry of a plugin.
///
/// It reads words, of which `prepare` makes a vocabulary from the training texts; or, where it names files, pieces of
/// words by a tokenizer of its own, of which `preparation` is made from those files.
public protocol TextEncoderEntry: EncoderEntry {
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

  /// The files that the encoder's own tokenizer is read from, and what else it needs of what was published beside its
  /// weights, such as `vocab.txt`; none, unless said otherwise, for an encoder that reads words.
  ///
  /// Those that are there are read from the folder of the weights, and saved with every model.
  var fileNames: [String] { get }

  /// Whether the encoder keeps its weights, where some are given, unless the specification says otherwise; false
  /// unless said otherwise.
  var isFrozenByDefault: Bool { get }

  /// What is needed to build an encoder with a tokenizer of its own; asked where `fileNames` names files.
  ///
  /// - Throws: `ZooError` that names a file that is missing or can't be read, or an impossible option.
  func preparation(files: EncoderFiles, options: JSONObject) throws -> TextPreparation

  /// Fits vocabulary and vectors to the tokenised training texts, and to nothing else.
  ///
  /// `vectors` is the path of a file of word vectors, where the specification names one. Not asked where `fileNames`
  /// names files.
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

  /// None: the encoder reads words.
  public var fileNames: [String] { [] }

  /// False: all of it learns.
  public var isFrozenByDefault: Bool { false }

  /// Refused: the encoder reads words.
  public func preparation(files: EncoderFiles, options: JSONObject) throws -> TextPreparation {
    throw ZooError(
      .unsupported, "\(description.name) names no files of a tokenizer", at: options.place)
  }

  /// Refused: the encoder has a tokenizer of its own.
  public func prepare(
    corpus: [[String]], options: JSONObject, vectors: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation {
    throw ZooError(
      .unsupported, "\(description.name) has a tokenizer of its own and learns no words",
      at: options.place)
  }
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
