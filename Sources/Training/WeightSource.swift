import Basics
import Downloads
import EncoderKit
import Foundation
import Registry
import WeightFiles

/// Where an encoder's starting weights come from: a weight set of the registry, a model folder that
/// was saved here, or a weight file.
package struct WeightSource: Sendable {
  /// As the specification names it.
  package let name: String
  /// Which of several encoders in the file is meant; nil where there is one.
  package let prefix: String?
  /// The encoder these weights belong to; nil for a plain file, whose tensors tell.
  package let encoder: String?
  /// What they were trained on; nil for a plain file that does not say so, and for a set of which it is not known.
  package let input: WeightInput?
  /// The extents of those images; nil where they are not known either.
  var images: WeightImages? { input?.images ?? set?.images }
  /// Whether it is a weight set of the registry.
  package var isWeightSet: Bool { self.set != nil }
  /// Whether it is a file from somewhere, neither a weight set nor a model of ours.
  package let isPlainFile: Bool
  private let set: WeightSet?
  private let path: String
  private let place: Place

  /// Finds a weight source; its file is read by `load`.
  ///
  /// - Throws: `ZooError` when the name is neither a weight set nor a file that is there.
  package init(
    _ name: String, prefix: String? = nil, _ registry: EncoderRegistry, at place: Place
  ) throws {
    self.name = name
    self.prefix = prefix
    self.place = place
    if let known = registry.catalogue.weightSets.first(where: { $0.name == name }) {
      (set, encoder, input, path) = (known, known.encoder, known.input, "")
      isPlainFile = false
      return
    }
    set = nil
    let folders = ModelFolders(registry.catalogue)
    guard let found = try folders.find(name)?.path else {
      let names = ["random"] + registry.catalogue.weightSets.map(\.name)
      throw ZooError(
        .notFound,
        "no weight set, bundle or file is called \"\(name)\"; "
          + suggestion(for: name, among: try names + folders.names()) { _ in true },
        at: place,
        advice: "zoo list --weights shows the weight sets, zoo bundle list the bundles")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: found, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      let described = WeightSource.description(of: found)
      (encoder, input, path) = (described?.encoder, described?.input, found)
      isPlainFile = true
      return
    }
    isPlainFile = false
    do { try ModelFolders.check(found) } catch let error as ZooError {
      throw ZooError(
        error.code, "\(found) \(error.message)", at: place, advice: error.advice)
    }
    path = "\(found)/model.safetensors"
    var root = try JSONValue.parse(contentsOf: "\(found)/model.json").object()
    guard let value = root.value("image") else {
      throw ZooError(.badValue, "the model there reads no images", at: Place(path: name))
    }
    let branch = try ImageBranch(
      value, registry: registry, defaults: TrainingSettings(), isSaved: true)
    guard branch.views == nil else {
      throw ZooError(
        .unsupported,
        "not built: starting from a model that joins several pictures of a case (its \"views\")",
        at: place, advice: "start from what that model started from")
    }
    if branch.lora != nil { throw LowRankSettings.startingPoint(name, at: place) }
    encoder = branch.encoder
    input = branch.input
  }

  /// The encoder and its images as a file tells that `zoo weights export` wrote; nil for any other.
  private static func description(of path: String) -> (encoder: String, input: WeightInput)? {
    guard let metadata = try? StateDictionary.read(path: path).metadata,
      let encoder = metadata["encoder"], let text = metadata["input"],
      let input = try? WeightInput(JSONValue.parse(Data(text.utf8)))
    else { return nil }
    return (encoder, input)
  }

  /// What becomes of each tensor of the file.
  ///
  /// - Throws: `ZooError` when a weight set was not fetched, or the file holds two encoders.
  func mapping(_ branch: ImageBranch, registry: EncoderRegistry) throws -> WeightImport {
    if let folder { try ModelIntegrity.check(folder) }
    let entry = try registry.imageEncoder(branch.encoder, at: branch.place)
    return try WeightImport(
      StateDictionary.read(path: try located(), prefix: prefix), entry: entry,
      options: branch.options.object(), size: branch.preprocessing.size)
  }

  /// The tensors by a model's keys (`image.…`), in the program's layout.
  ///
  /// - Throws: `ZooError` when a weight set was not fetched, or the tensors do not fit whole.
  package func load(_ branch: ImageBranch, registry: EncoderRegistry) throws -> [String: Tensor] {
    let mapping = try mapping(branch, registry: registry)
    var tensors = try mapping.tensors().mapValues {
      Tensor($0.values, shape: $0.shape).fromFileOrder
    }
    if mapping.channels != branch.preprocessing.channels {
      tensors = try ChannelConversion(
        from: input ?? branch.givenInput(channels: mapping.channels),
        to: branch.preprocessing.channels
      ).converted(tensors, readers: mapping.readers, order: mapping.mapped, at: branch.place)
    }
    return Dictionary(uniqueKeysWithValues: tensors.map { ("image.\($0)", $1) })
  }

  /// The folder of the model it is; nil for a weight set and for a plain file.
  package var folder: String? {
    self.set == nil && encoder != nil ? parentFolder(of: path) : nil
  }

  /// The list of the images it was trained on, `trained-on.txt` beside it; nil where there is none.
  package var trainedOn: String? {
    guard set == nil else { return nil }
    let list = "\(parentFolder(of: path))/trained-on.txt"
    return FileManager.default.fileExists(atPath: list) ? list : nil
  }

  /// The name without the folders of this machine, for notes and reports.
  var shown: String { lastName(of: name) }

  /// The path of the file the weights are read from.
  ///
  /// - Throws: `ZooError` when a weight set was not fetched.
  package func located() throws -> String {
    guard let set else { return path }
    try set.checkLocal()
    guard let path = set.path else {
      throw ZooError(
        .notFound, "the weight set \"\(name)\" is not on this machine", at: place,
        advice: "get it by: zoo weights fetch \(name)")
    }
    return path
  }
}

extension ImageBranch {
  /// Takes over the preprocessing that belongs to weights.
  ///
  /// What the specification asks for otherwise is noted in `deviations`, and so is what a plain file
  /// does not tell.
  ///
  /// - Throws: `ZooError` where the specification asks for another encoder, for another normalisation
  ///   without saying so, or for a plain file that does not fit.
  mutating func adopt(_ source: WeightSource, registry: EncoderRegistry) throws {
    if let encoder = source.encoder, encoder != self.encoder {
      throw ZooError(
        .badValue, "the weights \"\(source.name)\" are of \(encoder), not of \(self.encoder)",
        at: place)
    }
    // A weight set may still have to be fetched.
    if !source.isWeightSet {
      let mapping = try source.mapping(self, registry: registry)
      try mapping.check()
      if source.isPlainFile, let rest = mapping.leftOut {
        deviations.append("\(name): of \(source.shown) \(rest)")
      }
    }
    guard let input = source.input else {
      if pixels.normalization == nil, !fitsNormalization {
        deviations.append(
          "\(name): \(source.shown) does not say how its images were normalised; they are given the"
            + " training subset's mean and deviation. \"normalization\" chooses:"
            + " \(NormalizationPreset.names), or \"data\" for these")
      }
      guard let images = source.images else { return }
      // Nobody knows how each colour was normalised, so that none can be folded into another.
      guard images.channels == preprocessing.channels else {
        throw ZooError(
          .badValue,
          "the weights \"\(source.name)\" read \(images.channels) channels, and it is not known how"
            + " these were normalised: they can't be brought to \(preprocessing.channels)",
          at: place, advice: "set \"channels\" to \(images.channels), or leave it out")
      }
      noteExtents(images)
      return
    }
    var own = PixelNormalization(mean: input.mean, deviation: input.deviation)
    let channels = preprocessing.channels
    if input.channels != channels {
      own = PixelNormalization(
        mean: [Float](repeating: mean(input.mean), count: channels),
        deviation: [Float](repeating: mean(input.deviation), count: channels))
      deviations.append(
        "\(name): its weights read \(input.channels) channels and were brought to \(channels)")
    }
    noteExtents(input.images)
    guard fitsNormalization || pixels.normalization.map({ $0 != own }) ?? false else {
      pixels.normalization = own
      return
    }
    guard ignoresPreprocessing else {
      throw ZooError(
        .badValue,
        "the weights \"\(source.name)\" bring their own normalization, and the specification names another",
        at: place, advice: "leave \"normalization\" out, or set \"preprocessing\" to \"own\"")
    }
    deviations.append("\(name): its normalization is not that of its weights")
  }

  /// Notes where images are not as large as those that the weights were trained on.
  private mutating func noteExtents(_ images: WeightImages) {
    let size = preprocessing.size
    guard size != images.size || preprocessing.resize * images.size != images.resize * size else {
      return
    }
    deviations.append(
      "\(name): its weights were trained on the middle \(images.size) pixels of images brought to"
        + " \(images.resize); it is given \(size) of \(preprocessing.resize)")
  }

  /// The images of a plain file's weights as the specification describes them, for weights of so many
  /// channels; nil where it does not.
  func givenInput(channels count: Int) -> WeightInput? {
    let given =
      preset.map { ($0.mean, $0.deviation) } ?? pixels.normalization.map { ($0.mean, $0.deviation) }
    guard let (mean, deviation) = given, mean.count == count, !fitsNormalization else { return nil }
    return WeightInput(
      channels: count, size: preprocessing.size, resize: preprocessing.resize, mean: mean,
      deviation: deviation)
  }

  /// What a trained model's encoder reads, for those that start from it; nil until fitted.
  var input: WeightInput? {
    pixels.normalization.map {
      let fitted = $0.spread(over: preprocessing.channels)
      return WeightInput(
        channels: preprocessing.channels, size: preprocessing.size, resize: preprocessing.resize,
        mean: fitted.mean, deviation: fitted.deviation)
    }
  }

  private func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

  /// Freezes the stages up to the one of that name, or `all`.
  ///
  /// - Throws: `ZooError` for a name the encoder has no stage of.
  package mutating func freeze(upTo name: String, registry: EncoderRegistry) throws {
    let encoder = try registry.imageEncoder(self.encoder, at: place).makeNamed(
      options: options.object(), input: preprocessing.input,
      scope: Scope(ParameterStore.blank()))
    let stages = encoder.stages.map(\.name)
    guard let last = name == "all" ? stages.indices.last : stages.firstIndex(of: name) else {
      throw ZooError(
        .badValue, "unknown stage \"\(name)\"; " + suggestion(for: name, among: stages + ["all"]),
        at: place)
    }
    (frozen, frozenStages) = (name, last + 1)
  }
}
