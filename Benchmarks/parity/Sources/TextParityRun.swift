import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training
import WeightFiles

/// A text encoder's pieces of texts, and one pass forward and backward over some of them.
///
/// `zoo-parity text ENCODER FOLDER [OPTIONS]`: the folder holds what is published of a model (`config.json`, its tokenizer,
/// `model.safetensors`), `texts.json`, a list of texts, and, for a pass over the first of them, `direction.safetensors` with
/// `direction` `[texts, width]`. Written there: `pieces.json`, for each text `[id, first byte, last byte + 1]` of every piece,
/// and `output.safetensors` with `features` and, of the loss Σ features · direction, `grad.KEY`.
struct TextParityRun {
  let encoder: String
  let folder: String
  let options: String

  /// Reads, computes, writes.
  ///
  /// - Throws: `ZooError` for files that are not as described.
  func run() throws {
    let registry = EncoderRegistry(
      try Catalogue(path: Catalogue.find()), store: PluginStore.standard())
    let branch = try TextBranch(
      [
        "encoder": encoder.json, "weights": folder.json, "freeze": "none",
        "options": JSONValue.parse(Data(options.utf8)),
      ],
      registry: registry, defaults: TrainingSettings())
    guard let preparation = try branch.ownPreparation(registry),
      let tokenizer = preparation.tokenizer
    else { throw ZooError(.usage, "\(encoder) reads words") }
    let texts = try JSONValue.parse(contentsOf: "\(folder)/texts.json").array().map {
      try $0.string()
    }
    let start = Date()
    let pieces = texts.map { tokenizer.pieces(of: $0) }
    print("\(texts.count) texts in \(Date().timeIntervalSince(start)) s")
    let lists = JSONValue(
      .array(
        pieces.map { pieces in
          JSONValue(
            .array(
              pieces.map { piece in
                [Int(piece.id), piece.range.lowerBound, piece.range.upperBound].json
              }))
        }))
    try AtomicFile.write(lists.text(pretty: false), to: "\(folder)/pieces.json")
    guard FileManager.default.fileExists(atPath: "\(folder)/direction.safetensors") else { return }

    let file = try TensorFile.read(path: "\(folder)/direction.safetensors")
    let direction = Tensor(
      try file.floats("direction"), shape: file.entry("direction")?.shape ?? [])
    let store = ParameterStore(
      random: RandomStream(seed: 0), given: try branch.givenWeights(preparation, registry))
    let entry = try registry.textEncoder(encoder, at: Place())
    let network = try entry.make(
      options: branch.options.object(), preparation: preparation, scope: Scope(store)("text"))
    let reader = TextReader.pieces(tokenizer, maximum: preparation.maximumPieces)
    let tape = Tape()
    var forward = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: tape,
      kernels: try KernelChoice.make(nil))
    let features = network.features(
      texts.prefix(direction.shape[0]).map { reader.reading($0).indices }, &forward)
    tape.backward(from: features, gradient: direction)
    var output: [(name: String, shape: [Int], values: [Float])] = [
      ("features", features.shape, features.values)
    ]
    for parameter in store.parameters {
      guard let gradient = parameter.node.take()?.inFileOrder else { continue }
      output.append(
        ("grad.\(parameter.key.dropFirst("text.".count))", gradient.shape, gradient.values))
    }
    try TensorFile.write(output, to: "\(folder)/output.safetensors")
  }
}
