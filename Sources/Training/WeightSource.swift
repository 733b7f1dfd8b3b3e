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
  /// The encoder these weights belong to; nil for a plain file, whose tensors tell.
  package let encoder: String?
  /// What they were trained on; nil for a plain file.
  package let input: WeightInput?
  private let set: WeightSet?
  private let path: String
  private let place: Place

  /// Finds a weight source; its file is read by `load`.
  ///
  /// - Throws: `ZooError` when the name is neither a weight set nor a file that is there.
  package init(_ name: String, _ registry: EncoderRegistry, at place: Place) throws {
    self.name = name
    self.place = place
    if let known = registry.catalogue.weightSets.first(where: { $0.name == name }) {
      (set, encoder, input, path) = (known, known.encoder, known.input, "")
      return
    }
    set = nil
    let folders = ModelFolders(registry.catalogue)
    guard let found = try folders.find(name)?.path else {
      let names = ["random"] + registry.catalogue.weightSets.map(\.name)
      throw ZooError(
        .notFound,
        "no weight set, bundle or file is called \"\(name)\"; "
          + suggestion(for: name, among: try names + folders.names()),
        at: place,
        advice: "zoo list --weights shows the weight sets, zoo bundle list the bundles")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: found, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      (encoder, input, path) = (nil, nil, found)
      return
    }
    path = "\(found)/model.safetensors"
    var root = try JSONValue.parse(contentsOf: "\(found)/model.json").object()
    guard let value = root.value("image") else {
      throw ZooError(.badValue, "the model there reads no images", at: Place(path: name))
    }
    let branch = try ImageBranch(
      value, registry: registry, defaults: TrainingSettings(), isSaved: true)
    encoder = branch.encoder
    input = branch.normalization.map { fitted in
      func all(_ values: [Float]) -> [Float] {
        values.count == branch.channels
          ? values : [Float](repeating: values[0], count: branch.channels)
      }
      return WeightInput(
        channels: branch.channels, size: branch.size, resize: branch.resize,
        mean: all(fitted.mean), deviation: all(fitted.deviation))
    }
  }

  /// The tensors by a model's keys (`image.…`), in the program's layout.
  ///
  /// - Throws: `ZooError` when a weight set was not fetched, or the tensors do not fit whole.
  package func load(_ branch: ImageBranch, registry: EncoderRegistry) throws -> [String: Tensor] {
    let entry = try registry.imageEncoder(branch.encoder, at: branch.place)
    let file = try StateDictionary.read(path: try located())
    let mapping = try WeightImport(
      file, entry: entry, options: branch.options.object(), size: branch.size)
    var tensors = try mapping.tensors().mapValues {
      Tensor($0.values, shape: $0.shape).fromFileOrder
    }
    if mapping.channels != branch.channels {
      tensors = try ChannelConversion(from: input, to: branch.channels)
        .converted(tensors, order: mapping.mapped, at: branch.place)
    }
    return Dictionary(uniqueKeysWithValues: tensors.map { ("image.\($0)", $1) })
  }

  /// The folder of the model it is; nil for a weight set and for a plain file.
  package var folder: String? {
    self.set == nil && encoder != nil ? (path as NSString).deletingLastPathComponent : nil
  }

  /// The list of the images it was trained on, `trained-on.txt` beside it; nil where there is none.
  package var trainedOn: String? {
    guard set == nil else { return nil }
    let list = "\((path as NSString).deletingLastPathComponent)/trained-on.txt"
    return FileManager.default.fileExists(atPath: list) ? list : nil
  }

  /// The path of the file the weights are read from.
  ///
  /// - Throws: `ZooError` when a weight set was not fetched.
  package func located() throws -> String {
    guard let set else { return path }
    let file = try set.remoteFile()
    guard let path = try DownloadCache.standard().path(for: file) else {
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
  /// What the specification asks for otherwise is noted in `departures`.
  ///
  /// - Throws: `ZooError` where the specification asks for another encoder, or for another
  ///   normalisation without saying so.
  mutating func adopt(_ source: WeightSource) throws {
    if let encoder = source.encoder, encoder != self.encoder {
      throw ZooError(
        .badValue, "the weights \"\(source.name)\" are of \(encoder), not of \(self.encoder)",
        at: place)
    }
    guard let input = source.input else { return }
    var own = Normalization(mean: input.mean, deviation: input.deviation)
    if input.channels != channels {
      own = Normalization(
        mean: [Float](repeating: mean(input.mean), count: channels),
        deviation: [Float](repeating: mean(input.deviation), count: channels))
      departures.append(
        "\(name): its weights read \(input.channels) channels and were brought to \(channels)")
    }
    if size != input.size || resize * input.size != input.resize * size {
      departures.append(
        "\(name): its weights were trained on the middle \(input.size) pixels of images brought to"
          + " \(input.resize); it is given \(size) of \(resize)")
    }
    guard let normalization, normalization != own else {
      normalization = own
      return
    }
    guard ignoresPreprocessing else {
      throw ZooError(
        .badValue,
        "the weights \"\(source.name)\" bring their own normalization, and the specification names another",
        at: place, advice: "leave \"normalization\" out, or set \"preprocessing\" to \"own\"")
    }
    departures.append("\(name): its normalization is not that of its weights")
  }

  private func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

  /// Freezes the stages up to the one of that name, or `all`.
  ///
  /// - Throws: `ZooError` for a name the encoder has no stage of.
  package mutating func freeze(upTo name: String, registry: EncoderRegistry) throws {
    let encoder = try registry.imageEncoder(self.encoder, at: place).make(
      options: options.object(), input: ImageInput(size: size, channels: channels),
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
