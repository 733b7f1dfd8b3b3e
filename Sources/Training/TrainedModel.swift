import Basics
import Datasets
import EncoderKit
import Evaluation
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
  /// The text encoder's own tokenizer; nil where it reads words, or the model no texts.
  package let ownTokenizer: (any TextTokenizer)?
  /// The most pieces of that which are read of a text, those around it included; nil for all.
  package let maximumPieces: Int?
  /// The files that it was read from.
  package let tokenizerFiles: EncoderFiles?
  /// Whether all of the text encoder keeps its weights.
  package let hasFrozenText: Bool
  /// The decoder over the features of one encoder, or over what the fusion head makes.
  package let decoder: DenseDecoder.Configuration
  /// How both sides are joined; nil for one encoder alone.
  package let fusion: FusionSettings?
  /// The negative and the positive class, the classes, or the findings that a case may have together.
  package let labels: [String]
  /// What is asked about a case.
  package let task: TaskKind
  /// From these probabilities on an output counts as positive, 0…1: one for each output; none where the
  /// most probable class is chosen.
  package var thresholds: [Double]
  /// Of an ensemble, by member, the last biases of its own decoder, of which the joined one holds the means; none for
  /// other models, and for ensembles of older versions.
  package internal(set) var memberBiases: [[Float]] = []
  /// What makes calibrated probabilities of its logits; nil where nothing was fitted.
  package var calibration: ModelCalibration?
  /// How texts became words in training, and must become in prediction.
  package var tokenizer = Tokenizer()
  /// The most words of a text that the encoder reads; nil for all.
  package let maximumWords: Int?
  /// What came from plugins outside the program.
  package let plugins: [ExternalComponent]
  /// The weight sets that its file was read without; none where it was whole, or not read.
  package internal(set) var bases: [BaseWeights] = []
  /// Where its encoders come from.
  let registry: EncoderRegistry

  /// Builds a model whose parameters come from `store`.
  ///
  /// - Throws: `ZooError` for options or weights that do not fit.
  package init(
    image: ImageBranch?, text: TextBranch?, preparation: TextPreparation?,
    decoder: DenseDecoder.Configuration, fusion: FusionSettings? = nil, labels: [String],
    task: TaskKind = .binary, registry: EncoderRegistry, store: ParameterStore
  ) throws {
    let isMultimodal = image != nil && text != nil
    self.fusion = isMultimodal ? fusion ?? FusionSettings() : nil
    for (side, lora) in [("image", image?.lora), ("text", text?.lora)] {
      if let lora { store.adapt(side, lora) }
    }
    let imageEncoders = try image.map { branch -> [any ImageEncoder] in
      let entry = try registry.imageEncoder(branch.encoder, at: branch.place)
      return try branch.encoderScopes(Scope(store)("image")).map { scope in
        try members(branch.members, scope, joined: ImageEnsemble.init) {
          try entry.makeNamed(
            options: branch.options.object(), input: branch.preprocessing.input, scope: $0)
        }
      }
    }
    let imageEncoder = imageEncoders?[0]
    let textEncoder = try text.map { branch -> any TextEncoder in
      guard let preparation else {
        throw ZooError(.badFormat, "a text model without its vocabulary", at: branch.place)
      }
      let entry = try registry.textEncoder(branch.encoder, at: branch.place)
      return try members(branch.members, Scope(store)("text"), joined: TextEnsemble.init) {
        try entry.makeNamed(options: branch.options.object(), preparation: preparation, scope: $0)
      }
    }
    if image?.lora != nil { store.trainAdaptersAlone(below: "image") }
    if text?.lora != nil { store.trainAdaptersAlone(below: "text") }
    classifier = try MultimodalClassifier(
      image: imageEncoder, text: textEncoder, outputs: task.outputs(labels).count,
      decoder: decoder, fusion: try self.fusion?.plan(registry),
      input: image?.preprocessing.input,
      views: try imageEncoders.flatMap { try image?.imageViews($0, Scope(store)("image")) },
      store: store)
    self.image = image
    classifier.averagesFlip = image?.averagesFlip ?? false
    classifier.frozenImageStages = image?.features == nil ? image?.frozenStages ?? 0 : 1
    if let place = classifier.regionPlace, let encoder = imageEncoder {
      // Regions must be made anew; what is frozen behind them is kept from training by hand.
      let reach = min(classifier.frozenImageStages, place.stage + 1)
      for stage in encoder.stages[reach..<classifier.frozenImageStages] {
        for key in stage.keys { store.setTrainable(false, prefix: "image.\(key)") }
      }
      classifier.frozenImageStages = reach
    }
    classifier.freezesImageStatistics =
      image.map { $0.freezesStatistics || $0.lora != nil } ?? false
    self.text = text
    ownTokenizer = preparation?.tokenizer
    maximumPieces = preparation?.maximumPieces
    tokenizerFiles = preparation?.files
    vocabulary = preparation?.tokenizer == nil ? preparation?.vocabulary : nil
    if let text, let stages = textEncoder?.stages, !stages.isEmpty {
      let count = try text.frozenCount(of: stages)
      for key in stages.prefix(count).flatMap(\.keys) {
        store.setTrainable(false, prefix: "text.\(key)")
      }
      hasFrozenText = count == stages.count
    } else {
      hasFrozenText = false
    }
    maximumWords = try text?.maximumWords(registry)
    self.decoder = decoder
    self.registry = registry
    self.labels = labels
    self.task = task
    thresholds = task.thresholds(labels)
    plugins =
      [image?.encoder, text?.encoder].compactMap { name in
        name.flatMap { ExternalComponent(.encoder, $0, registry.catalogue) }
      }
      + [self.fusion?.head].compactMap { name in
        name.flatMap { ExternalComponent(.fusionHead, $0, registry.catalogue) }
      }
  }

  /// What its values take in memory.
  package var byteCount: Int {
    classifier.store.parameters.reduce(0) { $0 + $1.value.count } * MemoryLayout<Float>.size
  }

  /// The threshold of a binary model; 0.5 where the model has none or many.
  package var threshold: Double {
    get { task == .binary ? thresholds[0] : 0.5 }
    set { if task == .binary { thresholds = [newValue] } }
  }

  /// From which probability on a label counts as there; nil where it has no threshold of its own.
  package func threshold(of label: String) -> Double? {
    guard task != .multiClass, let index = task.outputs(labels).firstIndex(of: label) else {
      return nil
    }
    return thresholds[index]
  }

  /// Whether the model answers for a case that lacks one of its two sides.
  package var acceptsMissingModality: Bool { fusion?.learnsMissingModality ?? false }

  /// The name of the fusion head, where it learns on the validation subset; its answers there look surer than others.
  package var headFittedOnValidation: String? {
    guard let description = classifier.fusion?.description, description.learnsOn == .validation
    else { return nil }
    return description.name
  }

  /// The error where a model's input is not given; `folder` is the model's.
  package func missing(_ what: String, _ option: String, at folder: String) -> ZooError {
    ZooError(
      .usage, "the model reads \(what); none was given", at: Place(path: folder),
      advice: "add \(option)"
        + (fusion == nil || acceptsMissingModality
          ? "" : "; a model whose fusion has \"missing\": \"learned\" would do without"))
  }

  /// The error where an input is given that the model does not read.
  package func superfluous(_ what: String, _ option: String, at folder: String) -> ZooError {
    ZooError(
      .usage, "the model reads no \(what)", at: Place(path: folder), advice: "leave out \(option)")
  }

  /// The error where a model's text is not given.
  package func missingText(at folder: String) -> ZooError {
    missing("a text", "--text \"…\", or --text-file FILE", at: folder)
  }

  /// The error where a text is given to a model that reads none.
  package func superfluousText(at folder: String) -> ZooError {
    superfluous("texts", "the text", at: folder)
  }

  /// What the learning rate of a parameter is multiplied by for its depth in the image encoder.
  package func depthFactor(_ key: String) -> Double {
    guard let image, let encoder = classifier.image, let own = imageEncoderKey(key) else {
      return 1
    }
    return image.depthFactor(
      own,
      (encoder as? ImageEnsemble)?.memberStages ?? encoder.stages)
  }

  /// A parameter's key as its image encoder counts it, whichever view it is of; nil of anything else.
  private func imageEncoderKey(_ key: String) -> String? {
    guard let image, key.hasPrefix("image.") else { return nil }
    let own = String(key.dropFirst("image.".count))
    guard image.views?.encoders == .each, own.hasPrefix("view") else { return own }
    return own.split(separator: ".").dropFirst().joined(separator: ".")
  }

  /// Whether a parameter is of the image encoder's frozen stages, whose maps are made once.
  func isInFrozenImageStage(_ key: String) -> Bool {
    guard let own = imageEncoderKey(key), let stages = classifier.image?.stages else {
      return false
    }
    return stages.prefix(classifier.frozenImageStages).contains { $0.owns(own) }
  }

  /// The batches of this model over cases.
  ///
  /// Without `readsTexts` texts are left out, which what a frozen encoder made of them stands for.
  package func source(_ cases: StudyCases, readsTexts: Bool = true) -> BatchSource {
    var source = BatchSource(
      images: image.flatMap { branch in cases.images[branch.name]?.with(branch) },
      texts: readsTexts ? texts(of: cases) : nil)
    source.lacksImage = cases.lacksImage
    source.lacksText = cases.lacksText
    source.pictures = image.flatMap { $0.features == nil ? PictureChoice($0, cases.set) : nil }
    if image?.features != nil { source.lacksImage = nil }
    if text?.features != nil { source.lacksText = nil }
    return source
  }

  /// What the text encoder is given of each case; nil where the model reads no texts.
  func texts(of cases: StudyCases) -> [[Int32]]? {
    guard text != nil else { return nil }
    if ownTokenizer != nil, let reader = textReader {
      return cases.set.cases.map { reader.reading($0.text ?? "").indices }
    }
    return vocabulary.map { vocabulary in cases.words.map { vocabulary.indices(of: $0) } }
  }

  /// What a model of the same text encoder is built over, its weights given; nil where the model reads no texts.
  package var preparation: TextPreparation? {
    if let ownTokenizer, let tokenizerFiles {
      return TextPreparation(
        tokenizer: ownTokenizer, maximumPieces: maximumPieces, files: tokenizerFiles)
    }
    return vocabulary.map {
      TextPreparation(
        vocabulary: $0,
        dimension: TrainedModel.wordDimension(
          in: Dictionary(
            classifier.store.parameters.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })) ?? 1, vectors: nil)
    }
  }

  /// The logits of a raw batch.
  package func logits(_ batch: RawBatch, _ forward: inout Forward) -> Tensor {
    classifier.logits(encoded(batch, &forward), &forward)
  }

  /// The features of a raw batch side by side, `[batch, width]`; no case lacks anything.
  package func features(_ batch: RawBatch, _ forward: inout Forward) -> Tensor {
    classifier.features(encoded(batch, &forward), &forward)
  }

  /// What the encoders give of a raw batch, or gave before.
  package func encoded(_ batch: RawBatch, _ forward: inout Forward) -> EncodedBatch {
    if let features = batch.features { return CaseFeatures.batch(features) }
    var encoded = EncodedBatch(
      image: nil, text: nil, imageRows: batch.imageRows, textRows: batch.textRows)
    if let pictures = batch.pictures {
      encoded.image = joinedImageSide(batch, pictures, &forward)
    } else if let maps = batch.maps, let count = batch.imageCount, count > 0 {
      func tensor(_ values: [Float]) -> Tensor { Tensor(values, shape: [count] + batch.mapShape) }
      encoded.image = classifier.imageSide(
        maps: tensor(maps), mirrored: batch.mirroredMaps.map(tensor), &forward)
    } else if let images = imageTensor(batch) {
      encoded.image = classifier.imageSide(images, &forward)
    }
    if let features = batch.textFeatures, !features.isEmpty {
      encoded.text = TextSide(
        features: Tensor(
          features.flatMap { $0 }, shape: [features.count, features[0].count]))
    } else if let texts = batch.texts, !texts.isEmpty {
      encoded.text = classifier.textSide(texts, &forward)
    }
    return encoded
  }

  /// The image side of cases of several pictures.
  private func joinedImageSide(
    _ batch: RawBatch, _ pictures: [[Int?]], _ forward: inout Forward
  ) -> ImageSide? {
    guard let maps = batch.maps else {
      return classifier.imageSide(imageTensor(batch), of: pictures, &forward)
    }
    let count = batch.imageCount ?? 0
    func tensor(_ values: [Float]) -> Tensor? {
      count == 0 ? nil : Tensor(values, shape: [count] + batch.mapShape)
    }
    let mirrored =
      classifier.averagesFlip && forward.mode == .evaluation
      ? batch.mirroredMaps.flatMap(tensor) : nil
    return classifier.imageSide(maps: tensor(maps), mirrored: mirrored, of: pictures, &forward)
  }

  /// What the frozen stages make of a raw batch of pictures, `[batch, …]`, in evaluation mode; `slots` tells the
  /// view of each picture by its index, where cases have several.
  package func frozenMaps(
    _ batch: RawBatch, slots: [Int]? = nil, mirrored: Bool, _ forward: inout Forward
  ) -> Tensor {
    guard let images = imageTensor(batch) else { preconditionFailure("a batch without pictures") }
    return classifier.frozenMaps(
      mirrored ? forward.mirror(images) : images,
      slots: batch.indices.map { slots?[$0] ?? 0 }, &forward)
  }

  private func imageTensor(_ batch: RawBatch) -> Tensor? {
    guard let image, let pixels = batch.images, let count = batch.imageCount, count > 0 else {
      return nil
    }
    return Tensor(
      pixels,
      shape: [
        count, image.preprocessing.size, image.preprocessing.size, image.preprocessing.channels,
      ])
  }
}

/// One encoder, or as many as a branch has members, joined.
private func members<Encoder>(
  _ count: Int, _ scope: Scope, joined: ([Encoder]) -> Encoder, make: (Scope) throws -> Encoder
) rethrows -> Encoder {
  guard count > 1 else { return try make(scope) }
  return joined(try (1...count).map { try make(scope("member\($0)")) })
}
