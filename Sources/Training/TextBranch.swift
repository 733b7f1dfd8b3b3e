import Basics
import EncoderKit
import Fusion
import Registry

/// The text side of a model: which encoder and how it is trained.
package struct TextBranch: Sendable, Equatable {
  package var name: String
  package var encoder: String
  package var options: JSONValue
  /// A vector set of the registry or the path of a file of word vectors; nil where none is named.
  package var vectors: String?
  /// The file of vectors that were computed elsewhere, in place of an encoder; nil for an encoder.
  package var features: String?
  /// The weights it starts from, of an encoder with a tokenizer of its own: a file, the folder it was published in, or
  /// a model that was trained here; nil for random ones.
  package var weights: String?
  /// The folder of the encoder's files where they are not beside its weights.
  package var tokenizer: String?
  /// The last stage that keeps its weights by name, `all`, or `none` where a default says otherwise.
  package var frozen: String?
  /// How adapters learn beside weights that stay; nil where there are none.
  package var lora: LowRankSettings?
  /// The decoder of a model of this branch alone; nil takes that of the fusion head, half as wide.
  package var decoder: DenseDecoder.Configuration?
  /// What was chosen for it, and what of its weights is not used, in sentences.
  package internal(set) var notes: [String] = []
  package var training: TrainingSettings
  /// How many encoders are trained apart and joined, their logits averaged; 1 for a plain one.
  package var members: Int
  package var place: Place
  /// Where the vectors are named, or the branch.
  private let vectorsPlace: Place

  /// Reads the branch of a specification, or of a saved model: that one is whole, and `vectors` only
  /// tells what it once started from.
  ///
  /// - Throws: `ZooError` for an unknown key, encoder or value, or vectors that are neither a set nor a file.
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
    let entry = try registry.textEncoder(encoder, at: named.place)
    name = try object.string("name", default: encoder)
    let start = object.value("vectors")
    vectors = try start?.string()
    vectorsPlace = start?.place ?? value.place
    weights = try object.optionalString("weights")
    if weights == "random" { weights = nil }
    tokenizer = try object.optionalString("tokenizer")
    frozen = try object.optionalString("freeze")
    options = object.value("options") ?? [:]
    training = try TrainingSettings(object.object("training"), defaults: defaults)
    members = try object.integer("members", in: 1...16, default: 1)
    let adapters = object.value("lora")
    lora = try adapters.map { try LowRankSettings($0) }
    decoder = try object.object("decoder").map { try DenseDecoder.Configuration(part: $0) }
    try object.finish()
    if features != nil {
      frozen = nil
      return
    }
    guard entry.fileNames.isEmpty else {
      try adopt(entry, registry, isSaved: isSaved)
      if let lora, let adapters, !isSaved {
        try checkAdapters(lora, entry, registry, at: adapters.place)
      }
      return
    }
    for (key, isGiven) in [
      ("weights", weights != nil), ("tokenizer", tokenizer != nil), ("freeze", frozen != nil),
      ("lora", lora != nil),
    ] where isGiven {
      throw ZooError(
        .badValue, "\"\(encoder)\" reads words, and has no \"\(key)\"", at: place,
        advice: key == "freeze"
          ? "the option \"freezeEmbedding\" keeps its word vectors"
          : "leave it out; \"vectors\" names a file of word vectors")
    }
    if entry.needsVectors, !isSaved, vectors == nil {
      throw ZooError(
        .badValue, "\"\(encoder)\" needs a file of word vectors", at: place,
        advice: "name a set or a file beside \"encoder\": \"vectors\": \"glove-6b-300d\"")
    }
    // A set that was not fetched yet is told by `checkVectors`, after what it has seen of the cases.
    let isSet = registry.catalogue.vectorSets.contains { $0.name == vectors }
    if !isSaved, !isSet { try checkVectors(registry) }
  }

  /// Sees that the vectors it starts from are at hand, before anything is trained.
  ///
  /// - Throws: `ZooError` of code `.notFound` where they are not.
  package func checkVectors(_ registry: EncoderRegistry) throws {
    if let vectors { _ = try VectorSource(vectors, registry.catalogue, at: vectorsPlace) }
  }

  /// The path of the vectors it starts from, unpacked if need be; nil where none are named.
  ///
  /// - Throws: `ZooError` when they are not at hand.
  package func vectorsPath(_ registry: EncoderRegistry, progress: ProgressReporter) throws
    -> String?
  {
    try vectors.map {
      try VectorSource($0, registry.catalogue, at: vectorsPlace).path(progress: progress)
    }
  }

  /// The most words of a text that the encoder reads; nil for all.
  ///
  /// - Throws: `ZooError` for unknown or impossible options.
  package func maximumWords(_ registry: EncoderRegistry) throws -> Int? {
    try registry.textEncoder(encoder, at: place).maximumWords(options: options.object())
  }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", name.json), ("encoder", encoder.json),
      ("options", options), ("training", training.json), ("vectors", vectors.json),
    ]
    if self.members > 1 { members.append(("members", self.members.json)) }
    if let weights { members.append(("weights", weights.json)) }
    if let tokenizer { members.append(("tokenizer", tokenizer.json)) }
    if let frozen { members.append(("freeze", frozen.json)) }
    if let lora { members.append(("lora", lora.json)) }
    if let features { members.append(("features", features.json)) }
    if let decoder { members.append(("decoder", decoder.json)) }
    return JSONValue(.object(members))
  }
}
