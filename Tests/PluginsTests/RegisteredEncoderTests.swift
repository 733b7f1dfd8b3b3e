import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

@testable import DenseNetPlugin

private func registry() throws -> EncoderRegistry {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  return EncoderRegistry(try Catalogue(path: root.appendingPathComponent("registry.json").path))
}

private func emptyOptions() throws -> JSONObject { try ([:] as JSONValue).object() }

@Suite("Registered encoders", .serialized)
struct RegisteredEncoderTests {
  @Test("Every encoder of the catalogue is found by its plugin and describes itself truly")
  func described() throws {
    let registry = try registry()
    #expect(registry.catalogue.encoders.count >= 5)
    for encoder in registry.catalogue.encoders {
      let description = try registry.description(of: encoder.name)
      #expect(description.name == encoder.name)
      #expect(description.modality == encoder.modality)
      #expect(description.link.hasPrefix("https://"))
    }
  }

  @Test("Every image encoder runs forward and backward and gives every parameter a gradient")
  func gradients() throws {
    let registry = try registry()
    for name in registry.names(.image) {
      let store = ParameterStore(random: RandomStream(seed: 1))
      let encoder = try registry.imageEncoder(name, at: Place()).make(
        options: emptyOptions(), input: ImageInput(size: 32, channels: 3), scope: Scope(store))
      var random = RandomStream(seed: 2)
      let images = Tensor(
        (0..<2 * 32 * 32 * 3).map { _ in Float(random.normal()) }, shape: [2, 32, 32, 3])
      let tape = Tape()
      var run = Forward(.training, random: random, tape: tape, kernels: OpenBLASKernels())
      let features = encoder.features(images, &run)
      #expect(features.shape == [2, encoder.featureWidth])
      let slope = Tensor(
        (0..<features.count).map { _ in Float(random.normal()) }, shape: features.shape)
      tape.backward(from: features, gradient: slope)
      for parameter in store.parameters where parameter.kind != .statistic {
        let gradient = parameter.node.take()
        #expect(gradient?.shape == parameter.value.shape, "\(name) \(parameter.key)")
        #expect(gradient?.isFinite == true, "\(name) \(parameter.key)")
      }
    }
  }

  @Test(
    "Parameter counts are torchvision's without its classifier",
    arguments: [
      ("densenet121", 7_978_856, 1024), ("densenet161", 28_681_000, 2208),
      ("densenet169", 14_149_480, 1664), ("densenet201", 20_013_928, 1920),
    ])
  func counts(name: String, published: Int, width: Int) throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try registry().imageEncoder(name, at: Place()).make(
      options: emptyOptions(), input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    #expect(encoder.featureWidth == width)
    #expect(store.parameterCount == published - (width * 1000 + 1000))
    #expect(store.parameters.first?.key == "features.conv0.weight")
    #expect(store.parameter("features.denseblock2.denselayer12.conv2.weight") != nil)
    #expect(store.parameter("features.transition3.norm.running_var") != nil)
    #expect(store.parameter("features.norm5.bias") != nil)
  }

  @Test("DenseNet-121 has torchvision's 604 feature tensors")
  func keys() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    _ = try registry().imageEncoder("densenet121", at: Place()).make(
      options: emptyOptions(), input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    #expect(store.parameters.count == 604)
  }

  @Test("An image too small for the network is refused by name")
  func tooSmall() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    let text = errorText {
      _ = try registry().imageEncoder("densenet121", at: Place()).make(
        options: emptyOptions(), input: ImageInput(size: 16, channels: 1), scope: Scope(store))
    }
    #expect(text.contains("densenet121 needs images of at least 32 pixels; found 16"))
  }

  @Test("Evaluation does not depend on the batch around an image")
  func independence() throws {
    let small: JSONValue = ["growthRate": 4, "blocks": [2, 2], "initialFeatures": 8]
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try registry().imageEncoder("densenet121", at: Place()).make(
      options: small.object(),
      input: ImageInput(size: 32, channels: 1), scope: Scope(store))
    var random = RandomStream(seed: 2)
    let pixels = (0..<3 * 32 * 32).map { _ in Float(random.normal()) }
    func features(_ pixels: [Float], _ count: Int) -> [Float] {
      var run = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: OpenBLASKernels())
      return encoder.features(Tensor(pixels, shape: [count, 32, 32, 1]), &run).values
    }
    let together = features(pixels, 3)
    let alone = features(Array(pixels[1024..<2048]), 1)
    let width = encoder.featureWidth
    for (a, b) in zip(together[width..<2 * width], alone) {
      #expect(Swift.abs(Double(a) - Double(b)) <= 1e-5)
    }
  }

  @Test("Word2Vec trains, builds and gives every parameter a gradient")
  func text() throws {
    let entry = try registry().textEncoder("word2vec", at: Place())
    let corpus = (0..<40).map { index in
      index % 2 == 0
        ? ["the", "lungs", "are", "clear"] : ["there", "is", "a", "large", "left", "effusion"]
    }
    let options = try (["dimension": 12, "filters": 5, "epochs": 2] as JSONValue).object()
    let prepared = try entry.prepare(
      corpus: corpus, options: options, random: RandomStream(seed: 1)
    ) { _ in true }
    #expect(prepared.vocabulary.count == 12)
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.make(options: options, preparation: prepared, scope: Scope(store))
    #expect(encoder.featureWidth == 15)
    let tape = Tape()
    var run = Forward(
      .training, random: RandomStream(seed: 1), tape: tape, kernels: OpenBLASKernels())
    let texts = corpus.prefix(4).map { prepared.vocabulary.indices(of: $0) } + [[]]
    let features = encoder.features(texts, &run)
    tape.backward(from: features, gradient: Tensor(repeating: 1, shape: features.shape))
    for parameter in store.parameters {
      #expect(parameter.node.take()?.isFinite == true, "\(parameter.key)")
    }
  }
}
