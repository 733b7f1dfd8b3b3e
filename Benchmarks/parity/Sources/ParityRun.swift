import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training
import WeightFiles

/// One pass of an encoder with given weights, forward and backward, for a script to compare with its
/// peer.
///
/// The folder holds the weights, `weights.safetensors` or another file that is named (published keys,
/// the classifier `[outputs, width]` under its published key), and `input.safetensors` (`images`
/// `[batch, channels, height, width]`, `labels` `[batch]` or `[batch, outputs]`). Written there:
/// `output.safetensors` with `logits`, `loss`, `features`, `grad.KEY` and `stat.KEY` in the order of
/// files, and what was chosen on the way, channels-last, in the order of the pass: `relus.bits`, a bit
/// for each value that a ReLU gave, the lowest first, each ReLU's beginning on a byte of its own, and
/// `pools.i32`, for each output of a maximum pooling the place `y * width + x` of its input.
struct ParityRun {
  private let settings: ParitySettings

  init(_ settings: ParitySettings) { self.settings = settings }

  /// Reads, computes, writes.
  ///
  /// - Throws: `ZooError` for files or options that are not as described.
  func run() throws {
    let saved = try weights()
    let (images, labels) = try input()
    let store = ParameterStore(saved: saved, origin: "\(settings.folder)/\(settings.weights)")
    let registry = EncoderRegistry(
      try Catalogue(path: Catalogue.find()), store: PluginStore.standard())
    let entry = try registry.imageEncoder(settings.encoder, at: Place())
    let encoder = try entry.make(
      options: try JSONValue.parse(Data(settings.options.utf8)).object(),
      input: ImageInput(size: images.shape[1], channels: images.channels), scope: Scope(store))
    let key = entry.description.image?.classifier ?? "classifier"
    let outputs = saved["\(key).weight"]?.shape.first ?? 1
    let classifier = try Linear(Scope(store)(key), from: encoder.featureWidth, to: outputs)
    guard labels.count == images.shape[0] * outputs else {
      throw ZooError(
        .badValue,
        "found \(labels.count) labels for \(images.shape[0]) images and \(outputs) outputs",
        at: Place(path: "\(settings.folder)/input.safetensors"))
    }

    let kernels = RecordingKernels(try KernelChoice.make(settings.kernels))
    let tape = Tape()
    var forward = Forward(
      settings.mode, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
    let signs = SignRecorder()
    forward.observeReLU = signs.record
    let features = encoder.features(images, &forward)
    let logits = classifier(features, &forward)
    let loss = forward.binaryCrossEntropy(logits, targets: labels)
    tape.backward(from: loss, gradient: Tensor([1], shape: [1]))

    var output: [(name: String, shape: [Int], values: [Float])] = [
      ("logits", logits.shape, logits.values), ("loss", [1], loss.values),
      ("features", features.shape, features.values),
    ]
    for parameter in store.parameters {
      if parameter.kind == .statistic {
        output.append(("stat.\(parameter.key)", parameter.value.shape, parameter.value.values))
      } else if let gradient = parameter.node.take()?.inFileOrder {
        output.append(("grad.\(parameter.key)", gradient.shape, gradient.values))
      }
    }
    try TensorFile.write(output, to: "\(settings.folder)/output.safetensors")
    try signs.bits.write(to: URL(fileURLWithPath: "\(settings.folder)/relus.bits"))
    let winners = kernels.winners.reduce(into: Data()) { bytes, winners in
      winners.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    try winners.write(to: URL(fileURLWithPath: "\(settings.folder)/pools.i32"))
  }

  private func weights() throws -> [String: Tensor] {
    let file = try StateDictionary.read(path: "\(settings.folder)/\(settings.weights)")
    var saved: [String: Tensor] = [:]
    for entry in file.entries where !entry.name.hasSuffix("num_batches_tracked") {
      saved[entry.name] = Tensor(try file.floats(entry.name), shape: entry.shape).fromFileOrder
    }
    return saved
  }

  private func input() throws -> (images: Tensor, labels: [Float]) {
    let path = "\(settings.folder)/input.safetensors"
    let file = try TensorFile.read(path: path)
    let (values, labels) = (try file.floats("images"), try file.floats("labels"))
    let shape = file.entry("images")?.shape ?? []
    guard shape.count == 4, shape[2] == shape[3], !values.isEmpty else {
      throw ZooError(
        .badValue,
        "found images of shape \(shape); expected [batch, channels, size, size]",
        at: Place(path: path))
    }
    // As for weights, the axis of channels goes last.
    return (Tensor(values, shape: shape).fromFileOrder, labels)
  }
}
