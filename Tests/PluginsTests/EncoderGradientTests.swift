import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

private func registry() throws -> EncoderRegistry {
  EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
}

/// VGG's hidden layers are 120 million weights: elsewhere than in the long tests they are narrow.
private let isLong = ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil

@Suite("Gradients of every registered encoder", .serialized)
struct EncoderGradientTests {
  @Test(
    "Every image encoder runs forward and backward and gives every parameter a gradient",
    arguments: try registry().names(.image))
  func images(name: String) throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    var options: JSONValue = name.hasPrefix("vgg") && !isLong ? ["hidden": 32] : [:]
    if name.hasPrefix("vit"), !isLong { options = ["depth": 2, "width": 48, "heads": 3] }
    if name.hasPrefix("swin"), !isLong { options = ["blocks": [2, 1, 1, 1], "width": 24] }
    if name.hasPrefix("mobilenet"), !isLong { options = ["width": 0.25] }
    if name.contains("efficientnet"), !isLong { options = ["width": 0.25, "depth": 0.5] }
    if name.hasPrefix("convnext"), !isLong {
      options = ["blocks": [1, 1, 1, 1], "widths": [8, 12, 16, 24]]
    }
    // Patches of 14 pixels, of 16 and of others: as many as fill the images.
    let size = name.contains("patch14") ? 70 : 64
    let encoder = try registry().imageEncoder(name, at: Place()).make(
      options: options.object(), input: ImageInput(size: size, channels: 3), scope: Scope(store))
    let owners = store.parameters.map { parameter in
      encoder.stages.count { $0.owns(parameter.key) }
    }
    #expect(owners.allSatisfy { $0 == 1 }, "every parameter is of one stage")
    let images = normal([2, size, size, 3], seed: 2)
    for mode in [Forward.Mode.evaluation, .training] {
      let tape = Tape()
      var pass = Forward(
        mode, random: RandomStream(seed: 3), tape: tape, kernels: ReferenceKernels())
      let features = encoder.features(images, &pass)
      #expect(features.shape == [2, encoder.featureWidth])
      tape.backward(from: features, gradient: normal(features.shape, seed: 4))
      check(store, mode)
    }
  }

  @Test(
    "Every text encoder runs forward and backward and gives every parameter a gradient",
    arguments: try registry().names(.text), [Forward.Mode.training, .evaluation])
  func texts(name: String, mode: Forward.Mode) throws {
    let corpus = (0..<40).map { index in
      index % 2 == 0
        ? ["the", "lungs", "are", "clear"] : ["there", "is", "a", "large", "left", "effusion"]
    }
    let entry = try registry().textEncoder(name, at: Place())
    let isOwn = !entry.fileNames.isEmpty
    let options: JSONValue = isOwn ? ["depth": 2, "width": 48, "heads": 3, "hidden": 32] : [:]
    let prepared = try withTemporaryFolder { folder in
      if isOwn {
        let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "<s>", "<pad>", "</s>", "<unk>"]
        try (special + corpus[1]).joined(separator: "\n").write(
          toFile: "\(folder)/vocab.txt", atomically: true, encoding: .utf8)
        return try entry.preparation(
          files: EncoderFiles(folder: folder, names: entry.fileNames), options: options.object())
      }
      let path = "\(folder)/vectors.txt"
      try "lungs 1 2 3 4\nclear -1 0.5 0 2\neffusion 0.25 -0.25 0.5 1\n"
        .write(toFile: path, atomically: true, encoding: .utf8)
      return try entry.prepare(
        corpus: corpus, options: ([:] as JSONValue).object(), vectors: path,
        random: RandomStream(seed: 1)
      ) { _ in true }
    }
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.make(
      options: options.object(), preparation: prepared, scope: Scope(store))
    let tape = Tape()
    var pass = Forward(mode, random: RandomStream(seed: 3), tape: tape, kernels: ReferenceKernels())
    let texts =
      corpus.prefix(4).map { words in
        prepared.tokenizer.map { $0.pieces(of: words.joined(separator: " ")).map(\.id) }
          ?? prepared.vocabulary.indices(of: words)
      } + [[]]
    let features = encoder.features(texts, &pass)
    #expect(features.shape == [5, encoder.featureWidth])
    tape.backward(from: features, gradient: normal(features.shape, seed: 4))
    check(store, mode)
  }

  /// Every gradient is there, finite and, in evaluation, not zero.
  ///
  /// In training a bias before a batch normalisation has the gradient zero.
  private func check(_ store: ParameterStore, _ mode: Forward.Mode) {
    #expect(!store.parameters.isEmpty)
    for parameter in store.parameters where parameter.kind != .statistic {
      let gradient = parameter.node.take()
      #expect(gradient?.shape == parameter.value.shape, "\(parameter.key)")
      #expect(gradient?.isFinite == true, "\(parameter.key)")
      if mode == .evaluation {
        #expect(gradient?.values.contains { $0 != 0 } == true, "\(parameter.key) gets zeros")
      }
    }
  }

  private func normal(_ shape: [Int], seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed)
    return Tensor(
      (0..<shape.reduce(1, *)).map { _ in Float(random.normal()) }, shape: shape)
  }
}
