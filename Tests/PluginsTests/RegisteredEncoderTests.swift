import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

private func registry() throws -> EncoderRegistry {
  EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
}

/// torchvision's state dictionaries by model, a line a tensor: key and shape; written by `make_keys.py`.
private func keyLists() throws -> [String: [String]] {
  let file = packageFile("Tests/PluginsTests/Resources/torchvision-keys.txt")
  var lists: [String: [String]] = [:]
  var name = ""
  for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
    if line.hasPrefix("# ") {
      name = String(line.dropFirst(2))
    } else {
      lists[name, default: []].append(String(line))
    }
  }
  return lists
}

/// Whether the catalogue holds an encoder: a plugin may be taken away with its entries.
private func isRegistered(_ name: String) -> Bool {
  (try? registry().catalogue.encoders.contains { $0.name == name }) ?? false
}

/// Kernels with a name for the tests' output.
struct KernelsForTest: CustomTestStringConvertible, @unchecked Sendable {
  let kernels: any Kernels
  var testDescription: String { kernels.name }
}

private func kernelSets() throws -> [KernelsForTest] {
  [ReferenceKernels(), KernelSets.fastest()].map { KernelsForTest(kernels: $0) }
}

private func emptyOptions() throws -> JSONObject { try ([:] as JSONValue).object() }

@Suite("Registered encoders", .serialized)
struct RegisteredEncoderTests {
  @Test("Every encoder of the catalogue is found by its plugin and describes itself truly")
  func described() throws {
    let registry = try registry()
    #expect(!registry.catalogue.encoders.isEmpty)
    for encoder in registry.catalogue.encoders {
      let description = try registry.description(of: encoder.name)
      #expect(description.name == encoder.name)
      #expect(description.modality == encoder.modality)
      #expect(description.link.hasPrefix("https://"))
    }
  }

  @Test(
    "Parameter counts are torchvision's with its classifier of 1,000 classes",
    arguments: [
      ("densenet121", 7_978_856), ("densenet161", 28_681_000), ("densenet169", 14_149_480),
      ("densenet201", 20_013_928), ("resnet18", 11_689_512), ("resnet34", 21_797_672),
      ("resnet50", 25_557_032), ("resnet101", 44_549_160), ("resnet152", 60_192_808),
      ("vgg11", 132_863_336), ("vgg11_bn", 132_868_840), ("vgg13", 133_047_848),
      ("vgg13_bn", 133_053_736), ("vgg16", 138_357_544), ("vgg16_bn", 138_365_992),
      ("vgg19", 143_667_240), ("vgg19_bn", 143_678_248),
    ].filter { isRegistered($0.0) })
  func counts(name: String, published: Int) throws {
    let store = ParameterStore.blank()
    let entry = try registry().imageEncoder(name, at: Place())
    let encoder = try entry.make(
      options: emptyOptions(), input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    #expect(store.parameterCount + 1000 * (encoder.featureWidth + 1) == published)
    #expect(entry.description.image?.featureWidth == encoder.featureWidth)
    #expect(entry.description.image?.stages == encoder.stages.map(\.name))
  }

  @Test(
    "The keys and shapes of every image encoder are torchvision's",
    arguments: try keyLists().filter { isRegistered($0.key) }.sorted { $0.key < $1.key })
  func keys(name: String, published: [String]) throws {
    let store = ParameterStore.blank()
    let entry = try registry().imageEncoder(name, at: Place())
    _ = try entry.make(
      options: emptyOptions(), input: ImageInput(size: 224, channels: 3), scope: Scope(store))
    let classifier = try #require(entry.description.image?.classifier)
    let wanted = published.filter { !$0.hasPrefix("\(classifier).") }
    #expect(wanted.count == published.count - 2)
    let found = store.parameters.map { parameter in
      let shape = parameter.value.shape
      let published = shape.count > 2 ? [shape[0], shape[3]] + shape[1...2] : shape
      return "\(parameter.key) \(published.map(String.init).joined(separator: "x"))"
    }
    #expect(found.sorted() == wanted.sorted())
  }

  @Test("Every folder of Plugins says in plugin.json what the catalogue and the plugin say")
  func manifests() throws {
    let registry = try registry()
    let root = packageFile("Plugins")
    let folders = try FileManager.default.contentsOfDirectory(atPath: root).filter {
      FileManager.default.fileExists(atPath: "\(root)/\($0)/plugin.json")
    }
    #expect(Set(folders) == Set(registry.catalogue.encoders.map(\.plugin)))
    for folder in folders {
      var manifest = try JSONValue.parse(contentsOf: "\(root)/\(folder)/plugin.json").object()
      #expect(try manifest.required("schema").integer() == 1)
      #expect(try manifest.string("name") == folder)
      let entries = registry.catalogue.encoders.filter { $0.plugin == folder }
      #expect(try manifest.strings("encoders") == entries.map(\.name))
      #expect(try entries.allSatisfy { try $0.modality.rawValue == manifest.string("kind") })
      try manifest.finish()
    }
  }

  @Test(
    "An image too small for the network is refused by name",
    .enabled(if: isRegistered("densenet121")))
  func tooSmall() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    let text = errorText {
      _ = try registry().imageEncoder("densenet121", at: Place()).make(
        options: emptyOptions(), input: ImageInput(size: 16, channels: 1), scope: Scope(store))
    }
    #expect(text.contains("densenet121 needs images of at least 32 pixels; found 16"))
  }

  @Test(
    "Evaluation does not depend on the batch around an image",
    .enabled(if: isRegistered("densenet121")))
  func independence() throws {
    let small: JSONValue = ["growthRate": 4, "blocks": [2, 2], "initialFeatures": 8]
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try registry().imageEncoder("densenet121", at: Place()).make(
      options: small.object(),
      input: ImageInput(size: 32, channels: 1), scope: Scope(store))
    var random = RandomStream(seed: 2)
    let pixels = (0..<3 * 32 * 32).map { _ in Float(random.normal()) }
    func features(_ pixels: [Float], _ count: Int) -> [Float] {
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      return encoder.features(Tensor(pixels, shape: [count, 32, 32, 1]), &pass).values
    }
    let together = features(pixels, 3)
    let alone = features(Array(pixels[1024..<2048]), 1)
    let width = encoder.featureWidth
    for (a, b) in zip(together[width..<2 * width], alone) {
      #expect(Swift.abs(Double(a) - Double(b)) <= 1e-5)
    }
  }

  @Test(
    "A batch larger than a slice gives what a recorded pass, which takes it whole, gives",
    arguments: [
      "densenet121", "resnet18", "vgg11_bn", "mobilenetv3_small_100", "tf_efficientnet_b0",
      "convnext_tiny", "convnextv2_tiny",
    ].filter(isRegistered), try kernelSets())
  func slices(name: String, kernels: KernelsForTest) throws {
    let options: [String: JSONValue] = [
      "densenet121": ["growthRate": 16, "blocks": [2, 2], "initialFeatures": 16],
      "vgg11_bn": ["hidden": 32],
      "mobilenetv3_small_100": ["width": 0.5],
      "tf_efficientnet_b0": ["width": 0.5, "depth": 0.3],
      "convnext_tiny": ["blocks": [1, 1, 1, 1], "widths": [16, 24, 32, 48]],
      "convnextv2_tiny": ["blocks": [1, 1, 1, 1], "widths": [16, 24, 32, 48]],
    ]
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try registry().imageEncoder(name, at: Place()).make(
      options: (options[name] ?? [:]).object(), input: ImageInput(size: 224, channels: 3),
      scope: Scope(store))
    var random = RandomStream(seed: 2)
    // Two images of this size are a slice: here are two and a part of one. Behind them maps are small, so
    // that more go on together.
    let images = Tensor(
      (0..<5 * 224 * 224 * 3).map { _ in Float(random.normal()) }, shape: [5, 224, 224, 3])
    func features(_ tape: Tape?) -> Tensor {
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: tape, kernels: kernels.kernels)
      if tape == nil { #expect(pass.imagesAtATime(images.shape) == 2) }
      return encoder.features(images, &pass)
    }
    let (sliced, whole) = (features(nil), features(Tape()))
    #expect(sliced.shape == [5, encoder.featureWidth] && sliced.shape == whole.shape)
    let largest = whole.values.map(Swift.abs).max() ?? 0
    for (index, (a, b)) in zip(sliced.values, whole.values).enumerated()
    where !(Swift.abs(a - b) <= 1e-4 * largest) {
      Issue.record("feature \(index) is \(a), expected \(b)")
      return
    }
  }

  @Test(
    "Word2Vec trains, builds and gives every parameter a gradient",
    .enabled(if: isRegistered("word2vec")))
  func text() throws {
    let entry = try registry().textEncoder("word2vec", at: Place())
    let corpus = (0..<40).map { index in
      index % 2 == 0
        ? ["the", "lungs", "are", "clear"] : ["there", "is", "a", "large", "left", "effusion"]
    }
    let options = try (["dimension": 12, "filters": 5, "epochs": 2] as JSONValue).object()
    let prepared = try entry.prepare(
      corpus: corpus, options: options, vectors: nil, random: RandomStream(seed: 1)
    ) { _ in true }
    #expect(prepared.vocabulary.count == 12)
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.make(options: options, preparation: prepared, scope: Scope(store))
    #expect(encoder.featureWidth == 15)
    let tape = Tape()
    var pass = Forward(
      .training, random: RandomStream(seed: 1), tape: tape, kernels: ReferenceKernels())
    let texts = corpus.prefix(4).map { prepared.vocabulary.indices(of: $0) } + [[]]
    let features = encoder.features(texts, &pass)
    tape.backward(from: features, gradient: Tensor(repeating: 1, shape: features.shape))
    for parameter in store.parameters {
      #expect(parameter.node.take()?.isFinite == true, "\(parameter.key)")
    }
  }
}
