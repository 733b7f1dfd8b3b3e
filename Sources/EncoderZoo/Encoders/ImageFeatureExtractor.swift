import Basics
import EncoderKit
import Images
import Registry
import Training

/// An image encoder with its weights and its preprocessing: images in, features and gradients out.
public struct ImageFeatureExtractor {
  /// The encoder itself.
  public let encoder: any ImageEncoder
  /// Its parameters by key; keys of the encoder's own begin with `image.`.
  public let parameters: ParameterStore
  /// What it reads: images of `size` × `size` pixels with 1 or 3 channels.
  public let input: ImageInput
  /// What a person should know of its weights and preprocessing, a sentence each.
  public let notes: [String]
  private let branch: ImageBranch
  private let pass: PassMaker

  init(
    _ branch: ImageBranch, registry: EncoderRegistry, seed: UInt64, kernels: any Kernels,
    threads: Int?
  ) throws {
    self.branch = branch
    notes = branch.deviations
    let given =
      try branch.weights.map { name in
        try WeightSource(name, prefix: branch.weightPrefix, registry, at: branch.place)
          .load(branch, registry: registry)
      } ?? [:]
    let random = RandomStream(seed: seed)
    parameters = ParameterStore(random: random, given: given)
    input = branch.preprocessing.input
    encoder = try registry.imageEncoder(branch.encoder, at: branch.place).makeNamed(
      options: branch.options.object(), input: input, scope: Scope(parameters)("image"))
    pass = PassMaker(kernels: kernels, threads: threads, random: random.derived("passes"))
  }

  /// The width of the features.
  public var featureWidth: Int { encoder.featureWidth }
  /// The stages in order, by which encoders are frozen and looked at.
  public var stages: [EncoderStage] { encoder.stages }
  /// The number of trainable values, as the field counts parameters.
  public var parameterCount: Int { parameters.parameterCount }

  /// Pictures as the encoder reads them, brought to its size and normalised as its weights demand.
  ///
  /// Where no weights say otherwise they are pixels of 0…1.
  ///
  /// - Parameter files: paths of PNG, JPEG or DICOM files.
  /// - Returns: `[files, size, size, channels]`.
  /// - Throws: `ZooError` that names the file that can't be read.
  public func images(at files: [String]) throws -> Tensor {
    let values = try files.flatMap { branch.pixels.normalized(try branch.read($0).seen.floats()) }
    return Tensor(values, shape: [files.count, input.size, input.size, input.channels])
  }

  /// The features of images, in evaluation mode.
  ///
  /// - Parameter images: `[batch, height, width, channels]`, normalised; see ``images(at:)``.
  /// - Returns: `[batch, featureWidth]`.
  /// - Precondition: the images have the encoder's channels.
  public func features(of images: Tensor) -> Tensor {
    var pass = pass.evaluation()
    return encoder.features(images, &pass)
  }

  /// The output of every stage, in evaluation mode.
  ///
  /// - Parameter images: `[batch, height, width, channels]`, normalised.
  /// - Returns: one for each of ``stages``; maps are `[batch, height', width', channels']`.
  public func stageOutputs(of images: Tensor) -> [Tensor] {
    var pass = pass.evaluation()
    return encoder.stageOutputs(images, &pass)
  }

  /// The features of images, and the gradients of a loss of them.
  ///
  /// ```swift
  /// // Of the sum of all features:
  /// let gradients = encoder.gradients(of: images) { Tensor(repeating: 1, shape: $0.shape) }
  /// gradients.input  // as large as the images
  /// gradients.parameters["image.features.conv0.weight"]
  /// ```
  ///
  /// - Parameters:
  ///   - images: `[batch, height, width, channels]`, normalised.
  ///   - mode: whether normalisation and dropout behave as in training or as in evaluation.
  ///   - lossGradient: gives, for the features `[batch, featureWidth]`, the loss's gradient with
  ///     respect to them, of the same shape.
  /// - Returns: features and gradients; those of frozen parameters and of statistics are not there.
  public func gradients(
    of images: Tensor, mode: Forward.Mode = .evaluation, lossGradient: (Tensor) -> Tensor
  ) -> FeatureGradients {
    pass.gradients(mode, of: parameters, input: images, lossGradient) { images, pass in
      encoder.features(images, &pass)
    }
  }
}
