import EncoderKit

/// One or two encoders and what makes logits of their features: image-only, text-only and
/// multimodal models are the same thing.
///
/// Keys start with `image.`, `text.` and `head.`.
package struct MultimodalClassifier {
  package let image: (any ImageEncoder)?
  package let text: (any TextEncoder)?
  package let store: ParameterStore
  /// What joins both sides; nil for one encoder alone, and for features side by side under a
  /// decoder.
  package let fusion: FusionStage?
  /// The decoder over the features of one encoder, or over those of both side by side; nil where
  /// `fusion` is there.
  private let decoder: DenseDecoder?
  /// How several pictures of a case are read; nil where a case has one.
  package let views: ImageViews?
  /// Where the image's regions are, where the head reads them.
  package let regionPlace: RegionPlace?
  /// Whether evaluation takes the mean of an image's features and its mirror image's.
  package var averagesFlip = false
  /// How many stages of the image encoder, from the first on, run as in evaluation and off the
  /// tape, so that no gradient reaches them.
  package var frozenImageStages = 0
  /// Whether the image encoder's normalisation uses the statistics it has, and leaves them, in
  /// training too.
  package var freezesImageStatistics = false

  /// Joins encoders that were built from `store` below `image` and `text`, and builds the head.
  ///
  /// `input` is what the image encoder is given; a head that reads regions needs to know. With `views` a case has
  /// several pictures; `image` is then the first of their encoders.
  ///
  /// - Throws: `ZooError` when saved weights do not fit, or an encoder does not give what the
  ///   fusion head reads.
  package init(
    image: (any ImageEncoder)?, text: (any TextEncoder)?, outputs: Int,
    decoder: DenseDecoder.Configuration, fusion plan: FusionPlan? = nil, input: ImageInput? = nil,
    views: ImageViews? = nil, store: ParameterStore
  ) throws {
    precondition(image != nil || text != nil, "a classifier needs at least one encoder")
    self.image = image
    self.text = text
    self.store = store
    self.views = views
    let scope = Scope(store)("head")
    guard let plan, let image, let text else {
      let width = (image?.featureWidth ?? 0) + (text?.featureWidth ?? 0)
      self.decoder = try DenseDecoder(scope, width: width, outputs: outputs, decoder)
      (fusion, regionPlace) = (nil, nil)
      return
    }
    let description = plan.entry.description
    guard views == nil || !description.reads.contains(.regions) else {
      throw ZooError(
        .unsupported,
        "not built: the fusion head \"\(description.name)\" reads regions of one picture, and cases have several"
      )
    }
    regionPlace = try MultimodalClassifier.regions(description, image, input)
    let wordWidth = try MultimodalClassifier.words(description, text)
    fusion = try FusionStage(
      plan,
      shape: FusionShape(
        imageWidth: image.featureWidth, textWidth: text.featureWidth,
        regionWidth: regionPlace?.width, wordWidth: wordWidth, outputs: outputs),
      decoder: decoder, scope: scope)
    self.decoder = nil
  }

  /// Where the regions are that a head reads; nil where it reads none.
  ///
  /// - Throws: `ZooError` when the encoder gives none.
  package static func regions(
    _ head: FusionHeadDescription, _ image: any ImageEncoder, _ input: ImageInput?
  ) throws -> RegionPlace? {
    guard head.reads.contains(.regions) else { return nil }
    guard let place = input.flatMap({ image.regionPlace($0) }) else {
      throw ZooError(
        .unsupported,
        "the fusion head \"\(head.name)\" reads regions of the image, and the image encoder gives none",
        advice: "choose an encoder with a stage that gives maps, and one member of it")
    }
    return place
  }

  /// The width of the words that a head reads; nil where it reads none.
  ///
  /// - Throws: `ZooError` when the encoder gives none.
  package static func words(_ head: FusionHeadDescription, _ text: any TextEncoder) throws -> Int? {
    guard head.reads.contains(.words) else { return nil }
    guard let width = text.wordWidth else {
      throw ZooError(
        .unsupported,
        "the fusion head \"\(head.name)\" reads the words of the text, and the text encoder gives none",
        advice: "choose an encoder that gives them, and one member of it")
    }
    return width
  }

  /// The logits of what the encoders gave, `[cases, outputs]`.
  ///
  /// - Precondition: no case lacks a side unless the model has missing-modality embeddings.
  package func logits(_ batch: EncodedBatch, _ pass: inout Forward) -> Tensor {
    if let fusion { return fusion(batch, &pass) }
    guard let decoder else { preconditionFailure("a classifier without a head") }
    return decoder(features(batch, &pass), &pass)
  }

  /// The features of what the encoders gave, side by side: `[cases, width]`.
  package func features(_ batch: EncodedBatch, _ pass: inout Forward) -> Tensor {
    pass.concatenate([batch.image?.features, batch.text?.features].compactMap { $0 })
  }

  /// The logits of a batch of which no case lacks anything, `[batch, outputs]`.
  package func callAsFunction(images: Tensor?, texts: [[Int32]]?, _ pass: inout Forward) -> Tensor {
    logits(
      EncodedBatch(
        image: images.flatMap { imageSide($0, &pass) }, text: texts.flatMap { textSide($0, &pass) }),
      &pass)
  }
}
