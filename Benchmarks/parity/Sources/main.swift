import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training
import WeightFiles

// Runs an encoder with given weights forward and backward, so that a Python script can compare it
// with its peer: zoo-parity ENCODER FOLDER training|evaluation onednn|openblas OPTIONS-JSON
//
// FOLDER holds weights.safetensors (published keys, and classifier.weight, classifier.bias) and
// input.safetensors (images [batch, channels, height, width], labels [batch]); output.safetensors is
// written there: logits, loss, features, grad.KEY, stat.KEY.

func run(_ arguments: [String]) throws {
  guard arguments.count == 5 else {
    throw ZooError(.usage, "expected ENCODER FOLDER training|evaluation KERNELS OPTIONS-JSON")
  }
  let folder = arguments[1]
  let registry = EncoderRegistry(try Catalogue(path: Catalogue.find()))
  let weights = try TensorFile.read(path: "\(folder)/weights.safetensors")
  var saved: [String: Tensor] = [:]
  for entry in weights.entries {
    saved[entry.name] = Tensor(try weights.floats(entry.name), shape: entry.shape).fromFileOrder
  }
  let input = try TensorFile.read(path: "\(folder)/input.safetensors")
  let shape = input.entry("images")?.shape ?? []
  let images = Tensor(
    try input.floats("images"), shape: [shape[0] * shape[1], shape[2] * shape[3]])
  // [batch, channels, height, width] to channels-last
  let (channels, places) = (shape[1], shape[2] * shape[3])
  var pixels = [Float](repeating: 0, count: images.count)
  for (index, value) in images.values.enumerated() {
    let (sample, rest) = index.quotientAndRemainder(dividingBy: channels * places)
    let (channel, place) = rest.quotientAndRemainder(dividingBy: places)
    pixels[(sample * places + place) * channels + channel] = value
  }
  let store = ParameterStore(saved: saved, origin: weights.path)
  let options = try JSONValue.parse(Data(arguments[4].utf8)).object()
  let encoder = try registry.imageEncoder(arguments[0], at: Place()).make(
    options: options, input: ImageInput(size: shape[2], channels: channels), scope: Scope(store))
  let classifier = try Linear(Scope(store)("classifier"), from: encoder.featureWidth, to: 1)
  let tape = Tape()
  var forward = Forward(
    arguments[2] == "training" ? .training : .evaluation, random: RandomStream(seed: 0),
    tape: tape, kernels: try KernelChoice.make(arguments[3]))
  let x = Tensor(pixels, shape: [shape[0], shape[2], shape[3], channels])
  let features = encoder.features(x, &forward)
  let logits = classifier(features, &forward)
  let loss = forward.binaryCrossEntropy(logits, targets: try input.floats("labels"))
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
  try TensorFile.write(output, to: "\(folder)/output.safetensors")
}

do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
  FileHandle.standardError.write(Data("zoo-parity: \(error)\n".utf8))
  exit(1)
}
