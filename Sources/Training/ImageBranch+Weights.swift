import Basics
import EncoderKit
import Registry

extension ImageBranch {
  /// The branches that a specification's value stands for: one, or one for each of a list of weights.
  ///
  /// An element of the list is what `weights` may be, or `{"name": …, "from": …}`, with `prefix` or
  /// without, where the name for tables is given too; the branch is called by its own name and that one.
  ///
  /// - Throws: `ZooError` for an unknown key, encoder or value.
  package static func branches(
    _ value: JSONValue, registry: EncoderRegistry, defaults: TrainingSettings
  ) throws -> [ImageBranch] {
    guard case .object(let members) = value.content,
      let weights = members.first(where: { $0.key == "weights" })?.value,
      case .array(let choices) = weights.content
    else { return [try ImageBranch(value, registry: registry, defaults: defaults)] }
    guard !choices.isEmpty else {
      throw ZooError(.badValue, "an empty list; expected weights", at: weights.place)
    }
    return try choices.map { choice in
      let (label, start) = try labelled(choice)
      var single = members.filter { $0.key != "weights" }
      single.append(("weights", start))
      var branch = try ImageBranch(
        JSONValue(.object(single), at: value.place), registry: registry, defaults: defaults)
      branch.family = branch.name
      branch.name += " \(label)"
      return branch
    }
  }

  private static func labelled(_ choice: JSONValue) throws -> (label: String, start: JSONValue) {
    if case .object = choice.content {
      var object = try choice.object()
      let name = try object.optionalString("name")
      let start = try object.required("from")
      guard let prefix = object.value("prefix") else {
        try object.finish()
        return (try name ?? object.string("name"), start)
      }
      try object.finish()
      let last = try prefix.string().split(separator: ".").last.map { " \($0)" } ?? ""
      return (
        try name ?? labelled(start).label + last,
        JSONValue(.object([("from", start), ("prefix", prefix)]), at: choice.place)
      )
    }
    // Of a path the last part that tells one from another: the folder of a model, a file's stem.
    let parts = try choice.string().split(separator: "/").filter { $0 != "model" && $0 != "." }
    let last = parts.last ?? "weights"
    let stem = ["safetensors", "pth", "pt", "tar"].reduce(String(last)) { name, suffix in
      name.hasSuffix(".\(suffix)") ? String(name.dropLast(suffix.count + 1)) : name
    }
    return (stem, choice)
  }

  /// What `weights` holds: a name, or `{"from": …, "prefix": …}` where a file has several encoders.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package static func origin(_ value: JSONValue) throws -> (name: String, prefix: String?) {
    guard case .object = value.content else { return (try value.string(), nil) }
    var object = try value.object()
    let (name, prefix) = (try object.string("from"), try object.optionalString("prefix"))
    try object.finish()
    return (name, prefix)
  }

  /// Where its weights come from, for tables and descriptions; nil for drawn ones.
  package var origin: String? {
    weights.map { name in weightPrefix.map { "\(name), prefix \"\($0)\"" } ?? name }
  }

  /// What `normalization` holds: numbers, a preset's name, or `data` for the training subset's own.
  static func normalization(_ value: JSONValue?, channels: Int) throws -> (
    PixelNormalization?, NormalizationPreset?, Bool
  ) {
    guard let value else { return (nil, nil, false) }
    guard case .string(let name) = value.content else {
      return (try PixelNormalization(value, channels: channels), nil, false)
    }
    if name == "data" { return (nil, nil, true) }
    guard let preset = NormalizationPreset(rawValue: name) else {
      throw ZooError(
        .badValue,
        "unknown normalization \"\(name)\"; "
          + suggestion(for: name, among: NormalizationPreset.allCases.map(\.rawValue) + ["data"]),
        at: value.place, advice: "or {\"mean\": [R, G, B], \"deviation\": [R, G, B]}")
    }
    return (preset.normalization(channels: channels), preset, false)
  }

  /// Sees that adapters are for layers of the encoder, and notes what learns.
  ///
  /// - Throws: `ZooError` where no layer is adapted, or some stages are frozen besides.
  mutating func checkAdapters(
    _ lora: LowRankSettings, at place: Place, registry: EncoderRegistry
  ) throws {
    guard frozen == nil else { throw LowRankSettings.frozenBesides(at: place) }
    let outline = ParameterStore.blank()
    outline.adapt("image", lora)
    _ = try registry.imageEncoder(encoder, at: self.place).makeNamed(
      options: options.object(), input: preprocessing.input, scope: Scope(outline)("image"))
    let start = weights == nil ? "; these are random: \"weights\" names others" : ""
    deviations.append("\(name): \(try lora.sentence(outline, at: place))\(start)")
  }

  /// A weight set's full name where the specification gave its short one, such as `imagenet` for
  /// `resnet18-imagenet`; any other name as it is.
  static func fullName(_ name: String, encoder: String, _ registry: EncoderRegistry) -> String {
    let full = "\(encoder)-\(name)"
    return registry.catalogue.weightSets.contains { $0.name == full } ? full : name
  }

  /// What the learning rate of an image encoder's parameter is multiplied by, from `layerDecay` and the
  /// stage it belongs to: 1 for the last stage that learns anything.
  ///
  /// Layer-wise decay after Howard and Ruder 2018, https://arxiv.org/abs/1801.06146.
  func depthFactor(_ key: String, _ stages: [EncoderStage]) -> Double {
    guard layerDecay < 1 else { return 1 }
    let learning = stages.filter { !$0.keys.isEmpty }
    // A member's own key starts behind its number.
    let own = members > 1 ? key.split(separator: ".").dropFirst().joined(separator: ".") : key
    guard let depth = learning.firstIndex(where: { $0.owns(own) }) else { return 1 }
    return power(layerDecay, learning.count - 1 - depth)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
