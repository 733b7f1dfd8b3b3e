import Basics
import EncoderKit
import Foundation
import Registry
import WeightFiles

/// Where a text encoder with a tokenizer of its own starts: its weights, and the files that were published beside them.
package struct TextStart: Sendable {
  /// The file of weights; nil for random ones.
  let file: String?
  /// The folder of the encoder's files.
  let folder: String
  /// The name without the folders of this machine, for notes.
  let shown: String

  /// Names of the files that hold weights, in the order in which they are looked for.
  private static let weightFiles = ["model.safetensors", "pytorch_model.bin"]

  /// Finds weights and files.
  ///
  /// - Throws: `ZooError` of code `.notFound` where a name stands for nothing, or for a folder without weights.
  init(
    weights: String?, tokenizer: String?, encoder: String, _ registry: EncoderRegistry,
    at place: Place
  ) throws {
    guard weights != nil || tokenizer != nil else {
      throw ZooError(
        .badValue, "\"\(encoder)\" needs the files of its tokenizer", at: place,
        advice:
          "\"weights\" names the folder that its weights were published in; \"tokenizer\" the folder of its"
          + " files alone, for random weights")
    }
    let found = try weights.map { try Self.found($0, of: encoder, registry, at: place) }
    file = found?.file
    shown = lastName(of: weights ?? tokenizer ?? "")
    if let tokenizer {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: tokenizer, isDirectory: &isFolder) else {
        throw ZooError(.notFound, "no folder is called \"\(tokenizer)\"", at: place)
      }
      folder = isFolder.boolValue ? tokenizer : parentFolder(of: tokenizer)
    } else {
      folder = found?.folder ?? "."
    }
  }

  private static func found(
    _ name: String, of encoder: String, _ registry: EncoderRegistry, at place: Place
  ) throws -> (file: String, folder: String) {
    let sets = registry.catalogue.weightSets
    // Of a set's name the part behind the encoder's suffices.
    if let set = sets.first(where: { $0.name == "\(encoder)-\(name)" })
      ?? sets.first(where: { $0.name == name })
    {
      guard set.encoder == encoder else {
        throw ZooError(
          .badValue, "the weights \"\(name)\" are of \(set.encoder), not of \(encoder)", at: place)
      }
      try set.checkLocal()
      guard let path = set.path else {
        throw ZooError(
          .notFound, "the weight set \"\(name)\" is not on this machine", at: place,
          advice: "get it by: zoo weights fetch \(set.name)")
      }
      return (path, parentFolder(of: path))
    }
    guard let path = try ModelFolders(registry.catalogue).find(name)?.path else {
      let own = sets.filter { $0.encoder == encoder }.map(\.name)
      throw ZooError(
        .notFound,
        "no weight set, folder, file or bundle is called \"\(name)\""
          + (own.isEmpty ? "" : "; sets of \(encoder): \(own.joined(separator: ", "))"), at: place,
        advice: "name a set, or the folder that the weights were published in")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return (path, parentFolder(of: path)) }
    if ModelFolders.isModel(path) {
      try ModelIntegrity.check(path)
      var model = try JSONValue.parse(contentsOf: "\(path)/model.json").object()
      var text = try model.value("text")?.object()
      if text?.value("lora") != nil { throw LowRankSettings.startingPoint(name, at: place) }
      guard model.value("base") == nil else {
        throw ZooError(
          .unsupported,
          "the model \"\(name)\" is saved without the weights that stayed as published",
          at: place, advice: "start from the weight set that it started from")
      }
      return ("\(path)/model.safetensors", "\(path)/\(ModelFiles.tokenizerFolder)")
    }
    guard
      let file = weightFiles.map({ "\(path)/\($0)" }).first(where: {
        FileManager.default.fileExists(atPath: $0)
      })
    else {
      let shards = ["model.safetensors.index.json", "pytorch_model.bin.index.json"].contains {
        FileManager.default.fileExists(atPath: "\(path)/\($0)")
      }
      throw ZooError(
        shards ? .unsupported : .notFound,
        shards
          ? "not built: weights in several files"
          : "holds no weights: expected \(weightFiles.joined(separator: " or "))",
        at: Place(path: path))
    }
    return (file, path)
  }

  /// What becomes of each tensor of the file; nil for random weights.
  ///
  /// - Throws: `ZooError` where the file can't be read, or holds two encoders.
  func mapping(
    _ branch: TextBranch, _ entry: any TextEncoderEntry, _ preparation: TextPreparation
  ) throws -> WeightImport? {
    try file.map {
      try WeightImport(
        StateDictionary.read(path: $0), entry: entry, options: branch.options.object(),
        preparation: preparation)
    }
  }
}
