import Basics
import EncoderKit
import Fusion
import Registry

/// The fusion side of a model: the head over the features, and how a multimodal is trained.
package struct HeadBranch: Sendable, Equatable {
  /// What the combinations with it are called.
  package var name: String
  package var head: String
  /// The head's own options.
  package var options: JSONValue
  /// Whether training begins at the sum of the logits of both sides alone.
  package var startsFromParts: Bool
  /// Whether missing-modality embeddings are learnt, so that a model answers for a case that lacks a side.
  package var learnsMissingModality: Bool
  /// How likely a training case that has both sides loses one of them.
  package var modalityDropout: Double
  package var decoder: DenseDecoder.Configuration
  /// Training of the head alone over the features of frozen encoders.
  package var training: TrainingSettings
  /// Training of everything at a low rate afterwards.
  package var fineTuning: TrainingSettings
  /// How many times the training subset's features are drawn, each with other augmentation.
  package var views: Int
  package var place: Place

  /// The branches that a specification's value stands for: one, or one for each of a list of heads,
  /// whose names the value's own name follows.
  ///
  /// - Throws: `ZooError` for an unknown key, head or value.
  package static func branches(_ value: JSONValue, registry: EncoderRegistry) throws -> [HeadBranch]
  {
    guard case .object(let members) = value.content,
      let heads = members.first(where: { $0.key == "head" })?.value,
      case .array(let names) = heads.content
    else { return [try HeadBranch(value, registry: registry)] }
    guard !names.isEmpty else {
      throw ZooError(.badValue, "an empty list; expected fusion heads", at: heads.place)
    }
    return try names.map { name in
      let single = members.filter { $0.key != "head" } + [("head", name)]
      var branch = try HeadBranch(JSONValue(.object(single), at: value.place), registry: registry)
      if branch.name != branch.head { branch.name = "\(branch.head) \(branch.name)" }
      return branch
    }
  }

  /// Reads the branch of a specification.
  ///
  /// - Throws: `ZooError` for an unknown key, head or value.
  package init(_ value: JSONValue, registry: EncoderRegistry) throws {
    var object = try value.object()
    place = value.place
    let named = object.value("head")
    head = try named?.string() ?? "concat"
    name = try object.string("name", default: head)
    options = object.value("options") ?? JSONValue(.object([]), at: value.place)
    let description = try registry.fusionHead(head, at: named?.place ?? value.place).description
    let start = try object.choice("start", among: ["parts", "nothing"], default: "parts")
    startsFromParts = start == "parts"
    modalityDropout = try object.number("modalityDropout", in: 0...0.95, default: 0)
    let missing = try object.choice(
      "missing", among: ["refused", "learned"],
      default: modalityDropout > 0 ? "learned" : "refused")
    learnsMissingModality = missing == "learned"
    decoder = try DenseDecoder.Configuration(&object, dropout: 0.3)
    views = try object.integer("views", in: 1...100, default: 4)
    training = try TrainingSettings(
      object.object("training"), defaults: HeadBranch.training(description))
    var tuning = TrainingSettings()
    tuning.epochs = description.learnsOn == .validation ? 0 : 2
    tuning.learningRate = 1e-5
    tuning.select = .best
    fineTuning = try TrainingSettings(object.object("fineTuning"), defaults: tuning)
    try object.finish()
    try check(description)
  }

  /// How the head is trained unless the specification says otherwise.
  ///
  /// A handful of parameters that learn on validation are fitted, in one batch and without decay.
  private static func training(_ head: FusionHeadDescription) -> TrainingSettings {
    var training = TrainingSettings()
    training.select = .best
    guard head.learnsOn == .validation else {
      training.epochs = 10
      training.learningRate = 3e-4
      return training
    }
    training.epochs = 100
    training.learningRate = 0.03
    training.batchSize = 4096
    training.weightDecay = 0
    return training
  }

  private func check(_ description: FusionHeadDescription) throws {
    guard learnsMissingModality || modalityDropout == 0 else {
      throw ZooError(
        .badValue,
        "modalityDropout without missing-modality embeddings: what is left out needs an embedding",
        at: place, advice: "leave \"missing\" out, or let it be \"learned\"")
    }
    guard startsFromParts || !description.reads.contains(.logits) else {
      throw ZooError(
        .badValue, "\"\(head)\" reads the logits of both sides, and begins with them", at: place,
        advice: "leave \"start\" out")
    }
    guard description.learnsOn == .training || fineTuning.epochs == 0 else {
      throw ZooError(
        .badValue,
        "\"\(head)\" learns on the validation subset, and its encoders stay as they are", at: place,
        advice: "leave \"fineTuning\" out")
    }
  }

  /// The decoder of each side that is trained alone: half as wide.
  package var partDecoder: DenseDecoder.Configuration {
    var part = decoder
    part.hidden /= 2
    return part
  }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    JSONValue(
      .object(
        [
          ("head", head.json), ("name", name.json), ("options", options),
          ("start", (startsFromParts ? "parts" : "nothing").json),
          ("missing", (learnsMissingModality ? "learned" : "refused").json),
          ("modalityDropout", modalityDropout.json),
        ] + decoder.members + [
          ("views", views.json), ("training", training.json), ("fineTuning", fineTuning.json),
        ]))
  }
}
