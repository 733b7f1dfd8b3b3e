import Basics
import Fusion
import Registry

/// The fusion side of a model: the head over the features, and how a multimodal is trained.
package struct HeadBranch: Sendable, Equatable {
  package var head: String
  package var decoder: DenseDecoder.Configuration
  /// Training of the head alone over the features of frozen encoders.
  package var training: TrainingSettings
  /// Training of everything at a low rate afterwards.
  package var fineTuning: TrainingSettings
  /// How many times the training part's features are drawn, each with other augmentation.
  package var views: Int
  package var place: Place

  /// Reads the branch of a specification.
  ///
  /// - Throws: `ZooError` for an unknown key, head or value.
  package init(_ value: JSONValue, registry: EncoderRegistry) throws {
    var object = try value.object()
    place = value.place
    head = try object.choice("head", among: registry.catalogue.fusionHeads, default: "concat")
    decoder = DenseDecoder.Configuration(
      hidden: try object.integer("hidden", in: 0...16_384, default: 512),
      dropout: Float(try object.number("dropout", in: 0...0.95, default: 0.3)),
      featureDropout: Float(try object.number("featureDropout", in: 0...0.95, default: 0)))
    views = try object.integer("views", in: 1...100, default: 4)
    var training = TrainingSettings()
    training.epochs = 10
    training.learningRate = 3e-4
    training.select = .best
    self.training = try TrainingSettings(object.object("training"), defaults: training)
    var tuning = TrainingSettings()
    tuning.epochs = 2
    tuning.learningRate = 1e-5
    tuning.select = .best
    fineTuning = try TrainingSettings(object.object("fineTuning"), defaults: tuning)
    try object.finish()
  }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    [
      "head": JSONValue(.string(head)), "hidden": JSONValue(.integer(decoder.hidden)),
      "dropout": JSONValue(.number(Double(decoder.dropout))),
      "featureDropout": JSONValue(.number(Double(decoder.featureDropout))),
      "views": JSONValue(.integer(views)), "training": training.json,
      "fineTuning": fineTuning.json,
    ]
  }
}
