import Basics
import EncoderKit
import Foundation
import Fusion
import Registry
import TestSupport
import Testing
import WeightFiles

@testable import Training

/// A small BERT with weights, published in `published` as a weight set of a catalogue of its own.
private struct Scene {
  let folder: String
  let registry: EncoderRegistry
  let scene: RecipeScene

  init(_ folder: String) throws {
    self.folder = folder
    let published = "\(folder)/published"
    try FileManager.default.createDirectory(
      atPath: published, withIntermediateDirectories: true)
    try TinyBert.writeFiles(published)
    let first = try RecipeScene(folder, [])
    let branch = try TinyBert.branch([("tokenizer", published.json)])
    let model = try #require(try first.fit(TinyBert.recipe(branch)).model)
    let weights = try model.publishedTextWeights(member: nil)
    try TensorFile.write(
      weights.tensors, metadata: weights.metadata, to: "\(published)/model.safetensors")
    // The program's catalogue with one more set, which lies beside it.
    var text = try String(contentsOfFile: packageFile("registry.json"), encoding: .utf8)
    let entry = """
      "weightSets": [
        {"name": "bert-tiny", "encoder": "bert", "url": "file:published/model.safetensors",
         "files": ["vocab.txt", "config.json"], "trainedOn": [],
         "licences": {"code": "none", "weights": "none", "data": "none"}},
      """
    text = text.replacing("\"weightSets\": [", with: entry, maxReplacements: 1)
    try text.write(toFile: "\(folder)/registry.json", atomically: true, encoding: .utf8)
    registry = EncoderRegistry(try Catalogue(path: "\(folder)/registry.json"))
    scene = try RecipeScene(folder, [], registry: registry)
  }

  func branch(_ members: [(key: String, value: JSONValue)]) throws -> TextBranch {
    try TinyBert.branch([("weights", "tiny")] + members, registry)
  }

  func fit(_ branch: TextBranch) throws -> TrainedModel {
    try #require(try scene.fit(TinyBert.recipe(branch)).model)
  }

  func answers(_ model: TrainedModel) throws -> [Float] {
    let batch = try model.source(scene.context.cases).batch([0, 1, 2], augmentedBy: nil)
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    return model.logits(batch, &pass).values
  }
}

@Suite("Encoders with low-rank adapters")
struct LowRankAdaptationTests {
  @Test("Adapters learn, the weights stay, and the saved model holds the adapters alone")
  func adapters() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      let branch = try scene.branch([("lora", ["rank": 2, "targets": ["qkv", "dense"]])])
      #expect(branch.frozen == nil)
      #expect(branch.notes.contains { $0.contains("adapters of rank 2 learn for it") })
      // Two blocks: one of attention's and two more each.
      #expect(branch.notes.contains { $0.contains("(layers: 2 qkv, 4 dense)") })
      let model = try scene.fit(branch)
      let store = model.classifier.store
      let base = try branch.givenWeights(try #require(model.preparation), scene.registry)
      #expect(base.count > 20)
      for (key, tensor) in base {
        #expect(store.parameter(key)?.value.values == tensor.values, "\(key)")
      }
      let up = store.parameters.filter { $0.key.hasSuffix("lora_B.weight") }
      // Of both blocks qkv, the hidden layer and its output.
      #expect(up.count == 6 && up.allSatisfy { $0.value.values.contains { $0 != 0 } })

      try model.write(to: "\(folder)/model")
      let file = try TensorFile.read(path: "\(folder)/model/model.safetensors")
      let names = file.entries.map(\.name).filter { $0.hasPrefix("text.") }
      #expect(names.count == 12 && names.allSatisfy(ParameterStore.isAdapter))
      let read = try TrainedModel.read(from: "\(folder)/model", registry: scene.registry)
      #expect(try scene.answers(read) == scene.answers(model))
      #expect(read.bases.map(\.name) == ["bert-tiny"])

      try model.write(to: "\(folder)/whole", isWhole: true)
      let whole = try TrainedModel.read(from: "\(folder)/whole", registry: RecipeScene.registry())
      #expect(try scene.answers(whole) == scene.answers(model))
    }
  }

  @Test("Another file in the base's place, or none, is refused")
  func otherBase() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      let model = try scene.fit(try scene.branch([("lora", 2)]))
      try model.write(to: "\(folder)/model")
      func error() -> String {
        errorText {
          _ = try TrainedModel.read(from: "\(folder)/model", registry: scene.registry)
        }
      }
      let path = "\(folder)/published/model.safetensors"
      var bytes = try readFile(path)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(error().contains("SHA-256"), "\(error())")
      try FileManager.default.removeItem(atPath: path)
      #expect(error().contains("bert-tiny"), "\(error())")
      #expect(
        errorText {
          _ = try TrainedModel.read(from: "\(folder)/model", registry: RecipeScene.registry())
        }.contains("tiny"))
    }
  }

  @Test("A frozen encoder of a weight set is not saved again with each model")
  func frozen() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      let model = try scene.fit(try scene.branch([]))
      try model.write(to: "\(folder)/model")
      let file = try TensorFile.read(path: "\(folder)/model/model.safetensors")
      #expect(file.entries.allSatisfy { $0.name.hasPrefix("head.") } && !file.entries.isEmpty)
      let read = try TrainedModel.read(from: "\(folder)/model", registry: scene.registry)
      #expect(try scene.answers(read) == scene.answers(model))
    }
  }

  @Test("Exported weights have the adapters added and give the same answers")
  func merged() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      let model = try scene.fit(try scene.branch([("lora", 2)]))
      let weights = try model.publishedTextWeights(member: nil)
      #expect(!weights.tensors.contains { ParameterStore.isAdapter($0.name) })
      let own = "\(folder)/own"
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      try TinyBert.writeFiles(own)
      try TensorFile.write(weights.tensors, metadata: [:], to: "\(own)/model.safetensors")
      let plain = try scene.fit(
        try TinyBert.branch([("weights", own.json)], scene.registry))
      // The decoder is the adapted model's.
      for parameter in plain.classifier.store.parameters where parameter.key.hasPrefix("head.") {
        parameter.replace(
          try #require(model.classifier.store.parameter(parameter.key)).value)
      }
      #expect(
        zip(try scene.answers(plain), try scene.answers(model)).allSatisfy { abs($0 - $1) < 1e-4 })
      try model.write(to: "\(folder)/model")
      let text = errorText {
        _ = try TinyBert.branch([("weights", "\(folder)/model".json)], scene.registry)
      }
      #expect(text.contains("zoo weights export"), "\(text)")
    }
  }

  @Test("What can't be adapted is refused, with the layers that there are")
  func refused() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      for (members, said) in [
        ([("lora", 2), ("freeze", "layer1")], "\"freeze\""),
        ([("lora", ["targets": ["query"]])], "its linear layers are dense, proj, qkv"),
        ([("lora", ["targets": ["qkv", ""]])], "ends of layers' keys"),
        ([("lora", ["rank": 8])], "below 8"), ([("lora", 0)], "1 to 256"),
        ([("lora", ["width": 3])], "width"),
      ] as [([(key: String, value: JSONValue)], String)] {
        let text = errorText { _ = try scene.branch(members) }
        #expect(text.contains(said), "\(text)")
      }
      // One that fits does not hide others that don't.
      let some = try scene.branch([("lora", ["rank": 2, "targets": ["qkv", "query", "value"]])])
      #expect(
        some.notes.contains {
          $0.contains("(layers: 2 qkv; none is called query or value, and its linear layers are")
        })
      let words: JSONValue = ["encoder": "word2vec", "lora": 2]
      #expect(
        errorText {
          _ = try TextBranch(words, registry: scene.registry, defaults: TrainingSettings())
        }.contains("\"lora\""))
      #expect(
        errorText { _ = try RecipeScene.image("net", [("lora", 2)]) }.contains("no linear layers"))
    }
  }

  @Test("The matrices of an image encoder are adapted alike")
  func images() throws {
    try withTemporaryFolder { folder in
      let branch = try ImageBranch(
        [
          "name": "vit", "encoder": "vit_tiny_patch16_224", "size": 32, "channels": 1,
          "options": ["width": 8, "depth": 2, "heads": 2], "lora": ["rank": 2, "dropout": 0.1],
          "training": ["epochs": 2, "batchSize": 7],
        ], registry: RecipeScene.registry(), defaults: TrainingSettings())
      let scene = try RecipeScene(folder, [branch])
      let fit = try scene.fit(
        UnimodalRecipe(
          name: "vit", encoder: .image(branch), decoder: RecipeScene.decoder, views: 1))
      let store = try #require(fit.model).classifier.store
      #expect(store.adapterCount == 2 * (2 * 8 + 24 * 2))
      for parameter in store.parameters where parameter.key.hasPrefix("image.") {
        #expect(parameter.isTrainable == ParameterStore.isAdapter(parameter.key))
      }
    }
  }
}
