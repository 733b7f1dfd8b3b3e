import Basics
import Datasets
import EncoderKit
import Registry
import Training

extension Zoo {
  /// Builds an image encoder, with weights that were published or saved, or randomly initialised.
  ///
  /// ```swift
  /// let encoder = try zoo.imageEncoder("densenet121", size: 224)
  /// let features = encoder.features(of: images)  // [batch, 1024]
  /// ```
  ///
  /// - Parameters:
  ///   - name: the encoder's name in the registry.
  ///   - size: height and width of its images in pixels, 16…2048; nil for what its weights were
  ///     trained on, else 224.
  ///   - channels: 1 for grey, 3 for colour; nil for what its weights were trained on, else 1.
  ///   - weights: a weight set's name, a bundle's, a model's folder or a weight file; nil for
  ///     random ones.
  ///   - options: the encoder's own options by name; `zoo show NAME` lists them.
  ///   - seed: what weights are drawn from; the same seed gives the same weights.
  /// - Returns: the encoder with its weights and preprocessing.
  /// - Throws: `ZooError` for an unknown name, options that do not fit, or weights that can't be
  ///   read.
  public func imageEncoder(
    _ name: String, size: Int? = nil, channels: Int? = nil, weights: String? = nil,
    options: [String: JSONValue] = [:], seed: UInt64 = 1
  ) throws -> ImageFeatureExtractor {
    var specification = Study.ImageEncoder(
      name, size: size, channels: channels, weights: weights, options: options)
    // What only training uses has no place here.
    specification.name = nil
    return try ImageFeatureExtractor(
      ImageBranch(specification.json, registry: registry, defaults: TrainingSettings()),
      registry: registry, seed: seed, kernels: makeKernels(), threads: configuration.threads)
  }

  /// Fits a text encoder's vocabulary and word vectors to texts, and builds it.
  ///
  /// ```swift
  /// let encoder = try zoo.textEncoder("word2vec", fittedTo: reports)
  /// let features = encoder.features(of: ["No effusion."])  // [1, featureWidth]
  /// ```
  ///
  /// - Parameters:
  ///   - name: the encoder's name in the registry.
  ///   - texts: what vocabulary and word vectors are fitted to, and nothing else.
  ///   - vectors: a set of published word vectors, or the path of a file of them, to start from.
  ///   - options: the encoder's own options by name; `zoo show NAME` lists them.
  ///   - seed: what weights are drawn from; the same seed gives the same encoder.
  /// - Returns: the encoder with its vocabulary.
  /// - Throws: `ZooError` for an unknown name, options that do not fit, texts without a usable
  ///   word, or vectors that can't be read; `CancellationError`.
  public func textEncoder(
    _ name: String, fittedTo texts: [String], vectors: String? = nil,
    options: [String: JSONValue] = [:], seed: UInt64 = 1
  ) throws -> TextFeatureExtractor {
    var specification = Study.TextEncoder(name, vectors: vectors, options: options)
    specification.name = nil
    return try TextFeatureExtractor(
      TextBranch(specification.json, registry: registry, defaults: TrainingSettings()),
      texts: texts, registry: registry, seed: seed, kernels: makeKernels(),
      threads: configuration.threads)
  }
}
