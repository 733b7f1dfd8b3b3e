import EncoderKit

/// How word vectors are trained; the defaults are those of word2vec.c and gensim where they agree.
package struct Word2VecOptions: Sendable, Equatable {
  /// Which side of a context predicts the other.
  package enum Model: String, Sendable, CaseIterable {
    /// Each word of the context predicts the centre word.
    case skipGram = "skip-gram"
    /// The mean of the context's vectors predicts the centre word.
    case cbow
  }

  /// Skip-gram or continuous bag of words.
  package var model: Model
  /// The length of a vector.
  package var dimension: Int
  /// The most words on either side that belong to a context; each centre word draws 1…window.
  package var window: Int
  /// How many random words each centre word is told apart from.
  package var negatives: Int
  /// How often the corpus is gone through.
  package var epochs: Int
  /// The threshold of subsampling as a share of all tokens; 0 keeps every token.
  ///
  /// A word of share f stays with probability `sqrt(t / f) + t / f`, at most 1.
  package var subsampling: Double
  /// The power of a word's count to which it is drawn as a negative.
  package var noiseExponent: Double
  /// The learning rate of the first token; from there it falls linearly.
  package var learningRate: Double
  /// The learning rate of the last token.
  package var minimumLearningRate: Double
  /// Chooses starting values, windows, subsampling and negatives.
  package var seed: UInt64
  /// Lets threads overwrite each other's updates: faster on many cores, not reproducible.
  package var racing: Bool

  /// The usual settings, each of which can be replaced.
  package init(
    model: Model = .skipGram, dimension: Int = 300, window: Int = 5, negatives: Int = 5,
    epochs: Int = 5, subsampling: Double = 1e-3, noiseExponent: Double = 0.75,
    learningRate: Double = 0.025, minimumLearningRate: Double = 1e-4, seed: UInt64 = 1,
    racing: Bool = false
  ) {
    self.model = model
    self.dimension = dimension
    self.window = window
    self.negatives = negatives
    self.epochs = epochs
    self.subsampling = subsampling
    self.noiseExponent = noiseExponent
    self.learningRate = learningRate
    self.minimumLearningRate = minimumLearningRate
    self.seed = seed
    self.racing = racing
  }

  /// Checks every value against the range in which training is defined.
  ///
  /// - Throws: `ZooError` of code `.badValue` whose place names the option.
  package func validate() throws {
    try check("dimension", dimension, 1...65_536)
    try check("window", window, 1...100)
    try check("negatives", negatives, 1...1000)
    try check("epochs", epochs, 0...100_000)
    try check("subsampling", subsampling, 0...1)
    try check("noiseExponent", noiseExponent, -2...2)
    try check("learningRate", learningRate, 1e-9...1)
    try check("minimumLearningRate", minimumLearningRate, 0...learningRate)
  }

  private func check<Value: Comparable>(
    _ key: String, _ value: Value, _ range: ClosedRange<Value>
  ) throws {
    if range.contains(value) { return }
    throw ZooError(
      .badValue, "\(value) is out of range; expected \(range.lowerBound) to \(range.upperBound)",
      at: Place(key: key))
  }
}
