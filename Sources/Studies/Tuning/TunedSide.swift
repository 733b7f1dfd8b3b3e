import Basics
import Fusion
import Registry
import Training
import Tuning

/// The part of a combination that a search changes: its one encoder's branch, or the fusion over two that are tuned
/// already.
struct TunedSide {
  let combination: Combination

  /// The roots of keys that a search may change; others decide which pictures and words there are.
  private static let roots: [String: Set<String>] = [
    "image": [
      "training", "options", "augmentation", "batchNormalization", "layerDecay", "freeze", "lora",
      "decoder",
    ],
    "text": ["training", "options", "freeze", "lora", "decoder"],
    "fusion": [
      "training", "fineTuning", "options", "dropout", "hidden", "featureDropout", "modalityDropout",
      "start", "views",
    ],
  ]

  /// `image`, `text` or `fusion`.
  var name: String {
    switch (combination.image, combination.text) {
    case (_?, _?): "fusion"
    case (_?, nil): "image"
    default: "text"
    }
  }

  /// What the branch is called in a specification.
  var branchName: String {
    combination.image == nil || combination.text == nil
      ? combination.name : combination.head.name
  }

  /// The branch as a specification would give it, with the decoder that it has.
  var json: JSONValue {
    switch (combination.image, combination.text) {
    case (_?, _?): combination.head.json
    case (var image?, nil):
      {
        image.decoder = combination.partDecoder
        return image.json
      }()
    case (nil, var text?):
      {
        text.decoder = combination.partDecoder
        return text.json
      }()
    case (nil, nil): [:]
    }
  }

  /// The settings of a space as the specification has them; what it does not have is left out.
  func own(_ space: SearchSpace) -> [String: JSONValue] {
    let branch = json
    return space.settings { branch[dotted: $0.key] ?? nil }
      .filter { if case .null = $0.value.content { false } else { true } }
  }

  /// Sees that a setting may be searched over.
  ///
  /// - Throws: `ZooError` with its place.
  func check(_ parameter: SearchParameter) throws {
    let root = parameter.key.split(separator: ".").first.map(String.init) ?? ""
    let known = Self.roots[name] ?? []
    guard known.contains(root) else {
      throw ZooError(
        .badValue, "\"\(parameter.key)\" of \(branchName) can't be searched over",
        at: parameter.place,
        advice: "expected a key that begins with one of: \(known.sorted().joined(separator: ", "))")
    }
  }

  /// The combination with settings in place of its own.
  ///
  /// - Parameters:
  ///   - settings: values by dotted keys.
  ///   - registry: of the encoders.
  /// - Throws: `ZooError` for a value that the branch can't have.
  /// - Returns: the same for no settings.
  func combination(with settings: [String: JSONValue], registry: EncoderRegistry) throws
    -> Combination
  {
    guard !settings.isEmpty else { return combination }
    var branch = json
    for key in settings.keys.sorted() {
      branch = try branch.setting(dotted: key, to: settings[key] ?? nil)
    }
    let place = combination.image?.place ?? combination.text?.place ?? combination.head.place
    branch.place = place
    var (image, text, head) = (combination.image, combination.text, combination.head)
    switch name {
    case "fusion": head = try HeadBranch(branch, registry: registry)
    case "image":
      let tuned = try ImageBranch(
        branch, registry: registry, defaults: TrainingSettings(), isSaved: true)
      image?.take(tuned)
    default:
      let tuned = try TextBranch(
        branch, registry: registry, defaults: TrainingSettings(), isSaved: true)
      text?.take(tuned)
    }
    return Combination(
      name: combination.name, image: image, text: text, head: head, probe: combination.probe)
  }
}

extension ImageBranch {
  /// Takes over what a search may change.
  fileprivate mutating func take(_ other: ImageBranch) {
    (training, options, augmentation) = (other.training, other.options, other.augmentation)
    (freezesStatistics, layerDecay) = (other.freezesStatistics, other.layerDecay)
    (frozen, frozenStages) = (other.frozen, other.frozenStages)
    (lora, decoder) = (other.lora, other.decoder)
    // As a specification of these settings would have them.
    _ = fixPixelsAsDrawn()
  }
}

extension TextBranch {
  /// Takes over what a search may change.
  fileprivate mutating func take(_ other: TextBranch) {
    (training, options) = (other.training, other.options)
    (frozen, lora, decoder) = (other.frozen, other.lora, other.decoder)
  }
}
