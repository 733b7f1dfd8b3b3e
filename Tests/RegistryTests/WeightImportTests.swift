import Basics
import Downloads
import EncoderKit
import Foundation
import TestSupport
import Testing
import WeightFiles

@testable import Registry

private typealias NamedTensor = (name: String, shape: [Int], values: [Float])

private func entry(_ name: String) throws -> any ImageEncoderEntry {
  let catalogue = try Catalogue(path: packageFile("registry.json"))
  return try EncoderRegistry(catalogue).imageEncoder(name, at: Place())
}

private let smallResNet: JSONValue = ["width": 2, "blocks": [1, 1]]
private let smallDenseNet: JSONValue = ["growthRate": 2, "blocks": [1, 1], "initialFeatures": 4]

/// The tensors of a small encoder as a published file holds them, with counters and a classifier.
private func published(_ name: String, _ options: JSONValue) throws -> [NamedTensor] {
  let store = ParameterStore(random: RandomStream(seed: 5))
  let entry = try entry(name)
  let encoder = try entry.make(
    options: options.object(), input: ImageInput(size: 32, channels: 3), scope: Scope(store))
  let classifier = try #require(entry.description.image?.classifier)
  return store.parameters.map { parameter in
    let shape = parameter.value.shape
    let order = shape.count > 2 ? [shape[0], shape[3], shape[1], shape[2]] : shape
    return (parameter.key, order, (0..<parameter.value.count).map { Float($0) })
  } + [
    ("bn1.num_batches_tracked", [], [3]),
    (
      "\(classifier).weight", [2, encoder.featureWidth],
      .init(repeating: 0, count: 2 * encoder.featureWidth)
    ),
    ("\(classifier).bias", [2], [0, 0]),
  ]
}

private func mapping(_ tensors: [NamedTensor], _ name: String, _ options: JSONValue) throws
  -> WeightImport
{
  let file = try StateDictionary.parse(TensorFile.encode(tensors), path: "file")
  return try WeightImport(file, entry: entry(name), options: options.object(), size: 32)
}

@Suite("Importing weights")
struct WeightImportTests {
  @Test("Published keys map whole; counters and the classifier are dropped, with the reason")
  func whole() throws {
    let tensors = try published("resnet18", smallResNet)
    let mapping = try mapping(tensors, "resnet18", smallResNet)
    #expect(mapping.share == 1)
    #expect(mapping.channels == 3)
    #expect(mapping.renamed.isEmpty)
    #expect(mapping.dropped.count == 3)
    let result = try mapping.tensors()
    #expect(result.count == tensors.count - 3)
    let stem = try #require(result["conv1.weight"])
    #expect(stem.shape == [2, 3, 7, 7])
    #expect(stem.values == (0..<294).map { Float($0) })
  }

  @Test("What wraps all names is taken away, old DenseNet's dots are joined")
  func renamed() throws {
    let tensors = try published("densenet121", smallDenseNet).map { tensor -> NamedTensor in
      let old = tensor.name.replacing("norm1.", with: "norm.1.").replacing(
        "conv2.", with: "conv.2.")
      return ("module.densenet121.\(old)", tensor.shape, tensor.values)
    }
    let mapping = try mapping(tensors, "densenet121", smallDenseNet)
    #expect(errorText { _ = try mapping.tensors() } == "")
    #expect(
      mapping.renamed["features.denseblock1.denselayer1.norm1.weight"]
        == "module.densenet121.features.denseblock1.denselayer1.norm.1.weight")
  }

  @Test("A file that lacks a tensor is refused by name, unless that name is allowed")
  func partial() throws {
    let tensors = try published("resnet18", smallResNet).filter {
      $0.name != "layer1.0.conv1.weight"
    }
    let mapping = try mapping(tensors, "resnet18", smallResNet)
    #expect(mapping.missing == ["layer1.0.conv1.weight"])
    #expect(mapping.share < 1)
    #expect(errorText { _ = try mapping.tensors() }.contains("missing: layer1.0.conv1.weight"))
    #expect(errorText { _ = try mapping.tensors(allowing: ["layer1.0.conv"]) } != "")
    #expect(try mapping.tensors(allowing: ["layer1.0.conv1"])["layer1.0.conv1.weight"] == nil)
  }

  @Test("Tensors without use, of another shape or with a value that is no number are refused")
  func unfit() throws {
    var tensors = try published("resnet18", smallResNet)
    tensors.append(("head.extra", [1], [1]))
    let extra = try mapping(tensors, "resnet18", smallResNet)
    #expect(extra.unexpected == ["head.extra"])
    #expect(errorText { _ = try extra.tensors() }.contains("unexpected: head.extra"))
    let wider = try mapping(tensors, "resnet18", ["width": 4, "blocks": [1, 1]])
    // Its key ends like other keys of the encoder; none of those is missing.
    let short = tensors.filter { $0.name != "bn1.weight" }
    let inner = try mapping(
      short.map { $0.name == "layer1.0.bn1.weight" ? ($0.name, [3], [1, 2, 3]) : $0 }, "resnet18",
      smallResNet)
    #expect(inner.missing == ["bn1.weight"])
    #expect(inner.mismatched.map(\.key) == ["layer1.0.bn1.weight"])
    #expect(wider.mismatched.contains { $0.key == "conv1.weight" && $0.expected == [4, 3, 7, 7] })
    #expect(
      errorText { _ = try wider.tensors(allowing: ["head"]) }
        .contains("other shape: conv1.weight [2, 3, 7, 7], expected [4, 3, 7, 7]"))
    tensors.removeLast()
    tensors[0].values[7] = .nan
    let broken = try mapping(tensors, "resnet18", smallResNet)
    #expect(errorText { _ = try broken.tensors() }.contains("conv1.weight"))
  }

  @Test("Every weight set of the catalogue names its encoder, licences and a hash or none")
  func catalogue() throws {
    let catalogue = try Catalogue(path: packageFile("registry.json"))
    for set in catalogue.weightSets {
      #expect(set.url.hasPrefix("https://"))
      if set.hash == nil {
        #expect(errorText { _ = try set.remoteFile() }.contains("no hash of \"\(set.name)\""))
      } else {
        #expect(try set.remoteFile().fileName.hasPrefix(set.encoder))
      }
    }
  }
}
