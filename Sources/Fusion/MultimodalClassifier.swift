import EncoderKit

/// One or two encoders and a head over their features: image-only, text-only and multimodal models
/// are the same thing.
///
/// Keys start with `image.`, `text.` and `head.`. The features stand side by side in that order (the
/// paper's `concat` fusion).
package struct MultimodalClassifier {
  package let image: (any ImageEncoder)?
  package let text: (any TextEncoder)?
  package let head: DenseDecoder
  package let store: ParameterStore
  /// Whether evaluation takes the mean of an image's features and its mirror image's.
  package var averagesMirror = false
  /// How many stages of the image encoder, from the first on, run as in evaluation and off the tape,
  /// so that no gradient reaches them.
  package var frozenImageStages = 0
  /// Whether the image encoder's normalisation uses the statistics it has, and leaves them, in training
  /// too.
  package var freezesImageStatistics = false

  /// Joins encoders that were built from `store` below `image` and `text`, and builds the head.
  ///
  /// - Throws: `ZooError` when saved weights do not fit.
  package init(
    image: (any ImageEncoder)?, text: (any TextEncoder)?, outputs: Int,
    decoder: DenseDecoder.Configuration, store: ParameterStore
  ) throws {
    precondition(image != nil || text != nil, "a classifier needs at least one encoder")
    self.image = image
    self.text = text
    self.store = store
    let width = (image?.featureWidth ?? 0) + (text?.featureWidth ?? 0)
    head = try DenseDecoder(Scope(store)("head"), width: width, outputs: outputs, decoder)
  }

  /// The features of a batch, `[batch, width]`.
  ///
  /// `maps` may stand in for images: what `frozenMaps` made of them, and in evaluation of their mirror
  /// images.
  ///
  /// - Precondition: what the encoders read is there.
  package func features(
    images: Tensor?, maps: Tensor? = nil, mirroredMaps: Tensor? = nil, texts: [[Int32]]?,
    _ run: inout Forward
  ) -> Tensor {
    var parts: [Tensor] = []
    if let image {
      if let maps {
        let mirrored = averagesMirror && run.mode == .evaluation ? mirroredMaps : nil
        parts.append(imageFeatures(maps, mirrored: mirrored, by: image, &run))
      } else {
        guard let images else { preconditionFailure("the model needs images") }
        parts.append(imageFeatures(images, by: image, &run))
      }
    }
    if let text {
      guard let texts else { preconditionFailure("the model needs texts") }
      parts.append(text.features(texts, &run))
    }
    return run.concatenate(parts)
  }

  /// What an encoder's features of images are in this model: in evaluation perhaps the mean with the
  /// mirror images'.
  package func imageFeatures(_ images: Tensor, by image: any ImageEncoder, _ run: inout Forward)
    -> Tensor
  {
    let averages = averagesMirror && run.mode == .evaluation
    let start = frozenMaps(images, by: image, &run)
    let mirrored = averages ? frozenMaps(run.mirror(images), by: image, &run) : nil
    return imageFeatures(start, mirrored: mirrored, by: image, &run)
  }

  private func imageFeatures(
    _ maps: Tensor, mirrored: Tensor?, by image: any ImageEncoder, _ run: inout Forward
  ) -> Tensor {
    let plain = features(ofMaps: maps, by: image, &run)
    guard let mirrored else { return plain }
    return run.multiply(run.add(plain, features(ofMaps: mirrored, by: image, &run)), 0.5)
  }

  /// What the frozen stages make of images; the images themselves where none is frozen.
  package func frozenMaps(_ images: Tensor, _ run: inout Forward) -> Tensor {
    guard let image else { return images }
    return frozenMaps(images, by: image, &run)
  }

  private func frozenMaps(_ images: Tensor, by image: any ImageEncoder, _ run: inout Forward)
    -> Tensor
  {
    guard frozenImageStages > 0 else { return images }
    var still = Forward(.evaluation, random: run.random, tape: nil, kernels: run.kernels)
    return image.run(stages: 0..<frozenImageStages, on: images, &still)
  }

  private func features(ofMaps maps: Tensor, by image: any ImageEncoder, _ run: inout Forward)
    -> Tensor
  {
    let kept = run.freezesStatistics
    run.freezesStatistics = freezesImageStatistics
    defer { run.freezesStatistics = kept }
    return image.features(from: frozenImageStages, of: maps, &run)
  }

  /// The logits of a batch, `[batch, outputs]`.
  package func callAsFunction(images: Tensor?, texts: [[Int32]]?, _ run: inout Forward) -> Tensor {
    head(features(images: images, texts: texts, &run), &run)
  }
}
