import Basics
import EncoderKit
import Registry

extension TextBranch {
  /// Sees what an encoder with a tokenizer of its own starts from, and what of it stays as it is.
  ///
  /// - Throws: `ZooError` where its files or weights are not at hand or do not fit, and for what such an encoder has no
  ///   use for.
  mutating func adopt(_ entry: any TextEncoderEntry, _ registry: EncoderRegistry, isSaved: Bool)
    throws
  {
    if vectors != nil {
      throw ZooError(
        .badValue, "\"\(encoder)\" has a tokenizer of its own, and no word vectors", at: place,
        advice: "\"weights\" names the folder of its weights")
    }
    if frozen == nil, lora == nil, weights != nil, entry.isFrozenByDefault, !isSaved {
      frozen = "all"
      notes.append(
        "\(name): keeps its weights, as large encoders do unless \"freeze\" says otherwise: \"none\" trains all of it"
      )
    }
    if isSaved {
      // Its files are with the model, and what stays as it is matters in training alone.
      return
    }
    let start = try self.start(registry)
    let preparation = try preparation(entry, start)
    if let mapping = try start.mapping(self, entry, preparation) {
      try mapping.check()
      if let rest = mapping.leftOut { notes.append("\(name): of \(start.shown) \(rest)") }
    } else {
      notes.append(
        "\(name): starts from random weights; of \(start.shown) only the tokenizer is used")
    }
    guard let frozen, frozen != "none" else { return }
    guard members == 1 else {
      throw ZooError(
        .badValue, "\"freeze\" and \"members\": encoders that share frozen weights gain nothing",
        at: place, advice: "leave \"members\" out, or set \"freeze\" to \"none\"")
    }
    _ = try frozenCount(
      of: entry.makeNamed(
        options: options.object(), preparation: preparation, scope: Scope(ParameterStore.blank())
      ).stages)
    if isFrozenAsDrawn { notes.append(ImageBranch.frozenAsDrawn(name)) }
  }

  /// Sees that adapters are for layers of the encoder, and notes what learns.
  ///
  /// - Throws: `ZooError` where no layer is adapted, or some stages are frozen besides.
  mutating func checkAdapters(
    _ lora: LowRankSettings, _ entry: any TextEncoderEntry, _ registry: EncoderRegistry,
    at place: Place
  ) throws {
    guard frozen == nil else { throw LowRankSettings.frozenBesides(at: place) }
    let outline = ParameterStore.blank()
    outline.adapt("text", lora)
    _ = try entry.makeNamed(
      options: options.object(), preparation: preparation(entry, start(registry)),
      scope: Scope(outline)("text"))
    let start = weights == nil ? "; these are random: \"weights\" names others" : ""
    notes.append("\(name): \(try lora.sentence(outline, at: place))\(start)")
  }

  /// Whether stages of it stay as they are drawn at random: frozen, and without weights.
  package var isFrozenAsDrawn: Bool {
    frozen != nil && frozen != "none" && isDrawn
  }

  /// Whether its weights are drawn at random.
  package var isDrawn: Bool { weights == nil && features == nil }

  /// How many of an encoder's stages, from the first on, keep their weights.
  ///
  /// - Throws: `ZooError` of code `.badValue` where no stage has the name.
  func frozenCount(of stages: [EncoderStage]) throws -> Int {
    guard let frozen, frozen != "none" else { return 0 }
    let names = stages.map(\.name)
    guard let last = frozen == "all" ? names.indices.last : names.firstIndex(of: frozen) else {
      throw ZooError(
        .badValue,
        "unknown stage \"\(frozen)\"; " + suggestion(for: frozen, among: names + ["all", "none"]),
        at: place)
    }
    return last + 1
  }

  /// Where its weights and files are.
  ///
  /// - Throws: `ZooError` where they are not at hand.
  func start(_ registry: EncoderRegistry) throws -> TextStart {
    try TextStart(weights: weights, tokenizer: tokenizer, encoder: encoder, registry, at: place)
  }

  private func preparation(_ entry: any TextEncoderEntry, _ start: TextStart) throws
    -> TextPreparation
  {
    try entry.preparation(
      files: EncoderFiles(folder: start.folder, names: entry.fileNames), options: options.object())
  }

  /// What an encoder with a tokenizer of its own is built over; nil for one that reads words.
  ///
  /// - Throws: `ZooError` where its files are not at hand or can't be read.
  package func ownPreparation(_ registry: EncoderRegistry) throws -> TextPreparation? {
    let entry = try registry.textEncoder(encoder, at: place)
    guard !entry.fileNames.isEmpty else { return nil }
    return try preparation(entry, start(registry))
  }

  /// The weights it starts from, by a model's keys (`text.…`, one for each member) and in the program's layout; none for
  /// random ones.
  ///
  /// - Throws: `ZooError` where they are not at hand or do not fit whole.
  package func givenWeights(_ preparation: TextPreparation, _ registry: EncoderRegistry) throws
    -> [String: Tensor]
  {
    let entry = try registry.textEncoder(encoder, at: place)
    guard let mapping = try start(registry).mapping(self, entry, preparation) else { return [:] }
    let prefixes = members == 1 ? ["text"] : (1...members).map { "text.member\($0)" }
    let tensors = try mapping.tensors().map { key, value in
      (key: key, tensor: Tensor(value.values, shape: value.shape).fromFileOrder)
    }
    return Dictionary(
      uniqueKeysWithValues: prefixes.flatMap { prefix in
        tensors.map { ("\(prefix).\($0.key)", $0.tensor) }
      })
  }

  /// The files it starts from, which a run is bound to.
  ///
  /// - Throws: `ZooError` where they are not at hand.
  package func startFiles(_ registry: EncoderRegistry, progress: ProgressReporter) throws
    -> [String]
  {
    if let features { return [features] }
    let entry = try registry.textEncoder(encoder, at: place)
    guard !entry.fileNames.isEmpty else {
      return try vectorsPath(registry, progress: progress).map { [$0] } ?? []
    }
    let start = try start(registry)
    let files = try EncoderFiles(folder: start.folder, names: entry.fileNames)
    return (start.file.map { [$0] } ?? []) + files.names.map { "\(start.folder)/\($0)" }
  }
}
