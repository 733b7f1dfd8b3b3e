import Basics
import EncoderKit
import Fusion
import Images
import Registry

/// The image side of a model as a specification describes it: which encoder, what it is given, how it is
/// trained.
package struct ImageBranch: Sendable, Equatable {
  package var name: String
  package var encoder: String
  /// How its pictures are brought to one shape.
  package var preprocessing: ImagePreprocessing
  /// What is given of how their pixels become numbers; the rest is fitted for each split.
  package var pixels: FittedPixels
  package var options: JSONValue
  package var augmentation: Augmentation
  package var training: TrainingSettings
  /// The preset that the normalization was given by; a saved model has its numbers alone.
  package var preset: NormalizationPreset?
  /// Whether the specification asks for the training subset's own mean and deviation (`"data"`).
  package var fitsNormalization = false
  /// The weights it starts from: a weight set's name or a path; nil for random ones.
  package var weights: String?
  /// Which of several encoders in the file of weights is meant; nil where there is one.
  package var weightPrefix: String?
  /// How many stages, from the first on, keep their weights and statistics.
  package var frozenStages: Int
  /// Whether evaluation takes the mean of an image's features and its mirror image's.
  package var averagesFlip: Bool
  /// How many encoders are trained apart and joined, their logits averaged; 1 for a plain one.
  package var members: Int
  /// Whether normalisation keeps the statistics it came with, in training too.
  package var freezesStatistics: Bool
  /// What the learning rate is multiplied by from each stage to the one before it, 0…1.
  package var layerDecay: Double
  /// Whether its own normalisation may take the place of the weights'.
  package var ignoresPreprocessing: Bool
  /// The file of vectors that were computed elsewhere, in place of an encoder; nil for an encoder.
  package var features: String?
  /// How several pictures of a case are read; nil where a case has one.
  package var views: ViewSettings?
  /// How adapters learn beside weights that stay; nil where there are none.
  package var lora: LowRankSettings?
  /// The decoder of a model of this branch alone; nil takes that of the fusion head, half as wide.
  package var decoder: DenseDecoder.Configuration?
  /// The name without the weights' that a list of weights adds.
  package var family: String
  /// Where it is not given what its weights were trained on, in sentences.
  package var deviations: [String] = []
  /// The last of them by name, or `all`; nil where none is.
  package var frozen: String?
  package var place: Place

  /// Reads the branch of a specification, or of a saved model: that one is whole, and `weights` only
  /// tells what it once started from.
  ///
  /// - Throws: `ZooError` for an unknown key, encoder or value.
  package init(
    _ value: JSONValue, registry: EncoderRegistry, defaults: TrainingSettings,
    isSaved: Bool = false
  ) throws {
    let value = try FeatureBranch.whole(value, isSaved: isSaved)
    var object = try value.object()
    place = value.place
    features = try object.optionalString("features")
    let named = try object.required("encoder")
    encoder = try named.string()
    _ = try registry.imageEncoder(encoder, at: named.place)
    name = try object.string("name", default: encoder)
    let start = object.value("weights")
    let known = encoder
    let origin = try start.map { try ImageBranch.origin($0) }
    weights = origin.map { ImageBranch.fullName($0.name, encoder: known, registry) }
    if weights == "random" { weights = nil }
    let prefix = origin?.prefix
    weightPrefix = weights == nil ? nil : prefix
    let source = try (isSaved ? nil : weights).map {
      try WeightSource($0, prefix: prefix, registry, at: start?.place ?? value.place)
    }
    preprocessing = try ImagePreprocessing(&object, weights: source?.images)
    ignoresPreprocessing =
      try object.choice("preprocessing", among: ["weights", "own"], default: "weights") == "own"
    pixels = FittedPixels(bits: try object.value("bits")?.integer(in: SampleBits.range))
    options = object.value("options") ?? [:]
    augmentation = try Augmentation(object.object("augmentation"))
    training = try TrainingSettings(object.object("training"), defaults: defaults)
    (pixels.normalization, preset, fitsNormalization) = try ImageBranch.normalization(
      object.value("normalization"), channels: preprocessing.channels)
    averagesFlip = try object.boolean("flipAveraging", default: false)
    members = try object.integer("members", in: 1...16, default: 1)
    freezesStatistics =
      try object.choice("batchNormalization", among: ["trained", "frozen"], default: "trained")
      == "frozen"
    layerDecay = try object.number("layerDecay", in: 0.01...1, default: 1)
    views = try object.value("views").map { try ViewSettings($0, isSaved: isSaved) }
    family = name
    frozen = try object.optionalString("freeze")
    frozenStages = 0
    let adapters = object.value("lora")
    lora = try adapters.map { try LowRankSettings($0) }
    decoder = try object.object("decoder").map { try DenseDecoder.Configuration(part: $0) }
    try object.finish()
    guard members == 1 || frozen == nil else {
      throw ZooError(
        .badValue, "\"freeze\" and \"members\": encoders that share frozen weights gain nothing",
        at: value.place, advice: "leave one of them out")
    }
    if let frozen { try freeze(upTo: frozen, registry: registry) }
    if let lora, let adapters, !isSaved {
      try checkAdapters(lora, at: adapters.place, registry: registry)
    }
    if let source { try adopt(source, registry: registry) }
    if isFrozenAsDrawn, !isSaved {
      let pixels = fixPixelsAsDrawn()
      deviations.append(
        Self.frozenAsDrawn(name)
          + (pixels ? "; its pixels have 0.5 taken away and are divided by 0.25" : ""))
    }
  }

  /// Gives the pixels of a network that stays as it is drawn fixed numbers, where none are asked for: with those of each
  /// split's training subset it would look at every picture anew for every split, to no end.
  ///
  /// Returns whether it did.
  package mutating func fixPixelsAsDrawn() -> Bool {
    guard isFrozenAsDrawn, pixels.normalization == nil, !fitsNormalization else { return false }
    let count = preprocessing.channels
    pixels.normalization = PixelNormalization(
      mean: [Float](repeating: 0.5, count: count),
      deviation: [Float](repeating: 0.25, count: count))
    return true
  }

  /// What is said of an encoder of which stages stay as they are drawn.
  static func frozenAsDrawn(_ name: String) -> String {
    "\(name): is frozen without weights, so what is frozen stays as it is drawn: features of a random network, the"
      + " same on all splits, drawn anew for each seed"
  }

  /// Whether stages of it stay as they are drawn at random: frozen, and without weights.
  package var isFrozenAsDrawn: Bool { frozenStages > 0 && isDrawn }

  /// Whether its weights are drawn at random.
  package var isDrawn: Bool { weights == nil && features == nil }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", name.json), ("encoder", encoder.json), ("size", preprocessing.size.json),
      ("channels", preprocessing.channels.json),
      ("fit", preprocessing.fit.rawValue.json), ("options", options),
      ("augmentation", augmentation.json), ("training", training.json),
    ]
    if preprocessing.resize != preprocessing.size {
      members.append(("resize", preprocessing.resize.json))
    }
    members += preprocessing.dicomMembers
    if ignoresPreprocessing { members.append(("preprocessing", "own")) }
    if averagesFlip { members.append(("flipAveraging", true)) }
    if self.members > 1 { members.append(("members", self.members.json)) }
    if freezesStatistics { members.append(("batchNormalization", "frozen")) }
    if layerDecay < 1 { members.append(("layerDecay", layerDecay.json)) }
    if let bits = pixels.bits { members.append(("bits", bits.json)) }
    if let normalization = pixels.normalization {
      members.append(("normalization", normalization.json))
    } else if fitsNormalization {
      members.append(("normalization", "data"))
    }
    if let weights {
      let from = weights.json
      members.append(
        (
          "weights",
          weightPrefix.map { ["from": from, "prefix": $0.json] } ?? from
        ))
    }
    if let frozen { members.append(("freeze", frozen.json)) }
    if let lora { members.append(("lora", lora.json)) }
    if let views { members.append(("views", views.json)) }
    if let features { members.append(("features", features.json)) }
    if let decoder { members.append(("decoder", decoder.json)) }
    return JSONValue(.object(members))
  }
}
