import Basics
import Datasets
import EncoderKit
import Registry
import Training

/// A text encoder with its vocabulary and weights: texts in, features and gradients out.
public struct TextFeatureExtractor {
  /// The encoder itself.
  public let encoder: any TextEncoder
  /// The words that have a vector; none of an encoder with a tokenizer of its own.
  public let vocabulary: Vocabulary
  /// Its parameters by key; keys of the encoder's own begin with `text.`.
  public let parameters: ParameterStore
  private let reader: TextReader
  private let pass: PassMaker

  init(
    _ branch: TextBranch, texts: [String], registry: EncoderRegistry, seed: UInt64,
    kernels: any Kernels, threads: Int?
  ) throws {
    let random = RandomStream(seed: seed)
    let entry = try registry.textEncoder(branch.encoder, at: branch.place)
    let words = Tokenizer()
    let preparation =
      try branch.ownPreparation(registry)
      ?? entry.prepare(
        corpus: texts.map { words.words($0) }, options: branch.options.object(),
        vectors: branch.vectorsPath(registry, progress: ProgressReporter(mode: .quiet)),
        random: random.derived("preparation"), progress: { _ in !Interruption.isRequested })
    if Task.isCancelled { throw CancellationError() }
    vocabulary = preparation.vocabulary
    reader =
      preparation.tokenizer.map { .pieces($0, maximum: preparation.maximumPieces) }
      ?? .words(Tokenizer(), preparation.vocabulary, maximum: nil)
    parameters = ParameterStore(
      random: random.derived("parameters"),
      given: preparation.tokenizer == nil ? [:] : try branch.givenWeights(preparation, registry))
    encoder = try entry.makeNamed(
      options: branch.options.object(), preparation: preparation, scope: Scope(parameters)("text"))
    pass = PassMaker(kernels: kernels, threads: threads, random: random.derived("passes"))
  }

  /// The width of the features.
  public var featureWidth: Int { encoder.featureWidth }
  /// The number of trainable values, as the field counts parameters.
  public var parameterCount: Int { parameters.parameterCount }

  /// What the encoder is given of a text: the indices of its words in the vocabulary, of which those that are not in it are
  /// 1, unknown; or the pieces of the encoder's own tokenizer, with those around every text.
  public func wordIndices(of text: String) -> [Int32] { reader.reading(text).indices }

  /// The features of texts, in evaluation mode: `[texts, featureWidth]`.
  public func features(of texts: [String]) -> Tensor {
    var pass = pass.evaluation()
    return encoder.features(texts.map(wordIndices), &pass)
  }

  /// The features of texts, and the gradients of a loss of them with respect to the parameters.
  ///
  /// - Parameters:
  ///   - texts: as they are written.
  ///   - mode: whether dropout behaves as in training or as in evaluation.
  ///   - lossGradient: gives, for the features `[texts, featureWidth]`, the loss's gradient with
  ///     respect to them, of the same shape.
  /// - Returns: features and gradients; those of frozen parameters are not there.
  public func gradients(
    of texts: [String], mode: Forward.Mode = .evaluation, lossGradient: (Tensor) -> Tensor
  ) -> FeatureGradients {
    pass.gradients(mode, of: parameters, input: nil, lossGradient) { _, pass in
      encoder.features(texts.map(wordIndices), &pass)
    }
  }
}
