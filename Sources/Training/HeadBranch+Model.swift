import Basics
import EncoderKit
import Fusion
import Registry

extension HeadBranch {
  /// The decoder over fused features, and how both sides are joined, of a model whose sides were
  /// trained alone.
  ///
  /// - Throws: `ZooError` when the registry has no such head.
  package func fusion(
    of image: DenseDecoder.Configuration, _ text: DenseDecoder.Configuration,
    registry: EncoderRegistry
  ) throws -> (decoder: DenseDecoder.Configuration, settings: FusionSettings) {
    let description = try registry.fusionHead(head, at: place).description
    func beside(_ part: DenseDecoder.Configuration) -> DenseDecoder.Configuration {
      DenseDecoder.Configuration(
        hidden: part.hidden, dropout: decoder.dropout, featureDropout: decoder.featureDropout)
    }
    var settings = FusionSettings(
      head: head, options: options, learnsMissingModality: learnsMissingModality,
      modalityDropout: modalityDropout)
    settings.place = place
    var own = decoder
    if description.result == .sideBySide, startsFromParts {
      own.hidden = image.hidden + text.hidden
    }
    let addsToParts = description.result == .features && startsFromParts
    if addsToParts || description.reads.contains(.logits) {
      settings.decoders = .init(image: beside(image), text: beside(text))
    }
    return (own, settings)
  }

  /// Sees that the head can be built over two encoders, before anything is trained.
  ///
  /// - Throws: `ZooError` for options that can't be, or an encoder that does not give what the head
  ///   reads.
  package func check(_ image: ImageBranch, _ text: TextBranch, registry: EncoderRegistry) throws {
    let entry = try registry.fusionHead(head, at: place)
    do {
      let regions = try regionWidth(entry.description, image, registry)
      let words = try wordWidth(entry.description, text, registry)
      _ = try entry.makeNamed(
        options: options.object(),
        shape: FusionShape(
          imageWidth: 1, textWidth: 1, regionWidth: regions, wordWidth: words, outputs: 1),
        scope: Scope(ParameterStore.blank()))
    } catch let error as ZooError where error.place?.line == nil {
      throw ZooError(error.code, error.message, at: place, advice: error.advice)
    }
  }

  private func regionWidth(
    _ head: FusionHeadDescription, _ branch: ImageBranch, _ registry: EncoderRegistry
  ) throws -> Int? {
    guard head.reads.contains(.regions) else { return nil }
    guard branch.features == nil else {
      throw ZooError(
        .badValue,
        "the fusion head \"\(head.name)\" reads regions of an image; vectors that were computed elsewhere have none",
        at: place, advice: "choose another head")
    }
    guard branch.views == nil else {
      throw ZooError(
        .unsupported,
        "not built: the fusion head \"\(head.name)\" reads regions of one picture, and cases have several",
        at: place, advice: "choose another head, or read one picture a case")
    }
    let input = branch.preprocessing.input
    let entry = try registry.imageEncoder(branch.encoder, at: branch.place)
    let encoder = try entry.makeNamed(
      options: branch.options.object(), input: input, scope: Scope(ParameterStore.blank()))
    return try MultimodalClassifier.regions(
      head, branch.members > 1 ? ImageEnsemble([encoder]) : encoder, input)?.width
  }

  private func wordWidth(
    _ head: FusionHeadDescription, _ branch: TextBranch, _ registry: EncoderRegistry
  ) throws -> Int? {
    guard head.reads.contains(.words) else { return nil }
    let entry = try registry.textEncoder(branch.encoder, at: branch.place)
    let encoder = try entry.makeNamed(
      options: branch.options.object(),
      preparation: branch.ownPreparation(registry)
        ?? .withoutWords,
      scope: Scope(ParameterStore.blank()))
    return try MultimodalClassifier.words(
      head, branch.members > 1 ? TextEnsemble([encoder]) : encoder)
  }
}
