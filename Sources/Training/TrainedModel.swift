import Basics
import Datasets
import EncoderKit
import Fusion
import Images
import Registry
import WeightFiles

/// A classifier with all that prediction needs: preprocessing, vocabulary, labels.
package struct TrainedModel {
  package private(set) var classifier: MultimodalClassifier
  package let image: ImageBranch?
  package let text: TextBranch?
  package let vocabulary: Vocabulary?
  package let decoder: DenseDecoder.Configuration
  /// The negative and the positive class, or the findings that a case may have together.
  package let labels: [String]
  /// Whether each label is a question of its own.
  package let isMultiLabel: Bool
  /// A case is called positive from this probability on, 0…1.
  package var threshold = 0.5
  /// How texts became words in training, and must become in prediction.
  package var tokenizer = Tokenizer()

  /// Builds a model whose parameters come from `store`.
  ///
  /// - Throws: `ZooError` for options or weights that do not fit.
  package init(
    image: ImageBranch?, text: TextBranch?, preparation: TextPreparation?,
    decoder: DenseDecoder.Configuration, labels: [String], isMultiLabel: Bool = false,
    registry: EncoderRegistry, store: ParameterStore
  ) throws {
    let imageEncoder = try image.map { branch -> any ImageEncoder in
      let entry = try registry.imageEncoder(branch.encoder, at: branch.place)
      return try members(branch.members, Scope(store)("image"), joined: ImageEnsemble.init) {
        try entry.make(
          options: branch.options.object(),
          input: ImageInput(size: branch.size, channels: branch.channels), scope: $0)
      }
    }
    let textEncoder = try text.map { branch -> any TextEncoder in
      guard let preparation else {
        throw ZooError(.badFormat, "a text model without its vocabulary", at: branch.place)
      }
      let entry = try registry.textEncoder(branch.encoder, at: branch.place)
      return try members(branch.members, Scope(store)("text"), joined: TextEnsemble.init) {
        try entry.make(options: branch.options.object(), preparation: preparation, scope: $0)
      }
    }
    classifier = try MultimodalClassifier(
      image: imageEncoder, text: textEncoder, outputs: isMultiLabel ? labels.count : 1,
      decoder: decoder, store: store)
    self.image = image
    classifier.averagesMirror = image?.averagesMirror ?? false
    classifier.frozenImageStages = image?.frozenStages ?? 0
    classifier.freezesImageStatistics = image?.freezesStatistics ?? false
    self.text = text
    vocabulary = preparation?.vocabulary
    self.decoder = decoder
    self.labels = labels
    self.isMultiLabel = isMultiLabel
  }

  /// The error where a model's input is not given; `folder` is the model's.
  package func missing(_ what: String, _ option: String, at folder: String) -> ZooError {
    ZooError(
      .usage, "the model reads \(what); none was given", at: Place(path: folder),
      advice: "add \(option)")
  }

  /// The error where an input is given that the model does not read.
  package func superfluous(_ what: String, _ option: String, at folder: String) -> ZooError {
    ZooError(
      .usage, "the model reads no \(what)", at: Place(path: folder), advice: "leave out \(option)")
  }

  /// What the learning rate of a parameter is multiplied by for its depth in the image encoder.
  package func depthFactor(_ key: String) -> Double {
    guard let image, let encoder = classifier.image, key.hasPrefix("image.") else { return 1 }
    return image.depthFactor(
      String(key.dropFirst("image.".count)),
      (encoder as? ImageEnsemble)?.memberStages ?? encoder.stages)
  }

  /// The batches of this model over cases.
  package func source(_ cases: StudyCases) -> BatchSource {
    BatchSource(
      images: image.flatMap { branch in cases.images[branch.name]?.with(branch) },
      texts: vocabulary.map { vocabulary in
        text == nil ? [] : cases.words.map { vocabulary.indices(of: $0) }
      })
  }

  /// The logits of a raw batch.
  package func logits(_ batch: RawBatch, _ forward: inout Forward) -> Tensor {
    if let features = batch.features {
      let width = features.count / max(1, batch.indices.count)
      return classifier.head(
        Tensor(features, shape: [batch.indices.count, width]), &forward)
    }
    return classifier.head(features(batch, &forward), &forward)
  }

  /// The features of a raw batch, `[batch, width]`.
  package func features(_ batch: RawBatch, _ forward: inout Forward) -> Tensor {
    func tensor(_ maps: [Float]) -> Tensor {
      Tensor(maps, shape: [batch.indices.count] + batch.mapShape)
    }
    return classifier.features(
      images: imageTensor(batch), maps: batch.maps.map(tensor),
      mirroredMaps: batch.mirroredMaps.map(tensor), texts: batch.texts, &forward)
  }

  /// What the frozen stages make of a raw batch of pictures, `[batch, …]`, in evaluation mode.
  package func frozenMaps(_ batch: RawBatch, mirrored: Bool, _ forward: inout Forward) -> Tensor {
    guard let images = imageTensor(batch) else { preconditionFailure("a batch without pictures") }
    return classifier.frozenMaps(mirrored ? forward.mirror(images) : images, &forward)
  }

  private func imageTensor(_ batch: RawBatch) -> Tensor? {
    guard let image, let pixels = batch.images else { return nil }
    return Tensor(
      pixels, shape: [batch.indices.count, image.size, image.size, image.channels])
  }
}

/// One encoder, or as many as a branch has members, joined.
private func members<Encoder>(
  _ count: Int, _ scope: Scope, joined: ([Encoder]) -> Encoder, make: (Scope) throws -> Encoder
) rethrows -> Encoder {
  guard count > 1 else { return try make(scope) }
  return joined(try (1...count).map { try make(scope("member\($0)")) })
}
