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

private func mapping(
  _ tensors: [NamedTensor], _ name: String, _ options: JSONValue, prefix: String? = nil
) throws -> WeightImport {
  let file = try StateDictionary.parse(
    TensorFile.encode(tensors), path: "file", prefix: prefix)
  return try WeightImport(file, entry: entry(name), options: options.object(), size: 32)
}

private func isRegistered(_ name: String) -> Bool { (try? entry(name)) != nil }

@Suite("Importing weights")
struct WeightImportTests {
  @Test(
    "A name that is the encoder's own, too, is told by its shape: Swin's original files",
    .enabled(if: isRegistered("swin_tiny_patch4_window7_224")))
  func sharedNames() throws {
    let name = "swin_tiny_patch4_window7_224"
    let options: JSONValue = ["blocks": [1, 1, 1], "heads": [3, 6, 12]]
    let own = try published(name, options)
    let original = own.map { tensor -> NamedTensor in
      var parts = tensor.name.split(separator: ".").map(String.init)
      if parts.count > 2, parts[2] == "downsample", let layer = Int(parts[1]) {
        parts[1] = "\(layer - 1)"
      }
      return (parts.joined(separator: "."), tensor.shape, tensor.values)
    }
    #expect(original.map(\.name) != own.map(\.name))
    let read = try mapping(original, name, options)
    #expect(read.share == 1 && read.renamed.count == 6)
    let (found, wanted) = (try read.tensors(), try mapping(own, name, options).tensors())
    #expect(found.keys.sorted() == wanted.keys.sorted())
    #expect(found.allSatisfy { $1.shape == wanted[$0]?.shape && $1.values == wanted[$0]?.values })
  }

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

  /// MoCo's file: two encoders of one shape and a queue.
  private func pair(_ first: String, _ second: String) throws -> [NamedTensor] {
    let tensors = try published("resnet18", smallResNet).filter { !$0.name.hasPrefix("fc.") }
    return tensors.map { ("\(second)\($0.name)", $0.shape, $0.values.map { $0 + 0.5 }) }
      + tensors.map { ("\(first)\($0.name)", $0.shape, $0.values) } + [
        ("module.queue", [4], [1, 2, 3, 4])
      ]
  }

  @Test(
    "Of two encoders in one file none is chosen; a prefix chooses",
    arguments: [
      ("module.encoder_q.", "module.encoder_k."),
      ("model.online.net.backbone.", "model.target.net.backbone."),
      ("branch1.", "branch2."), ("", "ema."),
    ])
  func two(first: String, second: String) throws {
    let tensors = try pair(first, second)
    let half = (tensors.count - 1) / 2
    let count = half - 1  // without the batches' counter
    let text = errorText { _ = try mapping(tensors, "resnet18", smallResNet) }
    #expect(text.hasPrefix("file: holds 2 encoders that could be resnet18: "), "\(text)")
    for prefix in [first, second] {
      #expect(text.contains("\"\(prefix.dropLast())\" (\(count) tensors)"), "\(text)")
    }
    for (asked, other, added) in [(first, second, Float(0)), (second, first, 0.5)] {
      for prefix in [asked, String(asked.dropLast())] {
        let mapping = try mapping(
          tensors, "resnet18", smallResNet, prefix: prefix)
        #expect(mapping.prefix == asked)
        #expect(mapping.share == 1)
        let allowed = asked.isEmpty ? ["module.queue"] : []
        let result = try mapping.tensors(allowing: allowed)
        #expect(result["conv1.weight"]?.values.prefix(2) == [added, 1 + added])
        let left = try #require(mapping.leftOut)
        #expect(
          left.contains("\(half + (asked.isEmpty ? 0 : 1))")
            && left.contains(
              asked.isEmpty ? "below \(other.dropLast())" : "outside \(asked.dropLast())"),
          "\(left)")
      }
    }
  }

  @Test("A prefix may be its last part; one that is not there is refused with those that are")
  func prefixes() throws {
    let tensors = try pair("module.encoder_q.", "module.encoder_k.")
    #expect(
      try mapping(tensors, "resnet18", smallResNet, prefix: "encoder_k").prefix
        == "module.encoder_k.")
    let text = errorText {
      _ = try mapping(tensors, "resnet18", smallResNet, prefix: "encoder_x")
    }
    #expect(text.contains("no tensor of resnet18 is called \"encoder_x.…\"; there are: "))
    #expect(text.contains("\"module.encoder_q\"") && text.contains("\"module.encoder_k\""))
  }

  @Test("A larger teacher beside the encoder is no rival: its shapes are others")
  func distilled() throws {
    let student = try published("resnet18", smallResNet).map {
      ("student.\($0.name)", $0.shape, $0.values)
    }
    let teacher = try published("resnet18", ["width": 4, "blocks": [1, 1]]).map {
      ("teacher.\($0.name)", $0.shape, $0.values)
    }
    let mapping = try mapping(teacher + student, "resnet18", smallResNet)
    #expect(mapping.prefix == "student." && mapping.share == 1)
  }

  @Test("What is allowed may be named as the encoder or as the file has it; advice fits")
  func allowing() throws {
    let tensors = try published("resnet18", smallResNet).filter { $0.name != "bn1.weight" }.map {
      ("module.\($0.name)", $0.shape, $0.values)
    }
    let extra = tensors + [("module.head.extra", [1], [1])]
    let mapping = try mapping(extra, "resnet18", smallResNet)
    for allowed in [
      ["bn1", "head"], ["module.bn1.weight", "module.head"], ["bn1.weight", "module.head.extra"],
    ] {
      #expect(errorText { _ = try mapping.tensors(allowing: allowed) } == "", "\(allowed)")
    }
    let partial = errorText { _ = try mapping.tensors() }
    #expect(partial.contains("1 missing, 1 unexpected") && partial.contains("--allow KEYS"))
    let foreign = try self.foreign()
    let none = errorText { _ = try foreign.tensors() }
    #expect(none.contains("0 of ") && !none.contains("--allow"), "\(none)")
  }

  private func foreign() throws -> WeightImport {
    try mapping(
      [("blocks.0.attn.qkv.weight", [4, 4], [Float](repeating: 0, count: 16))], "resnet18",
      smallResNet)
  }

  @Test("Every kind of what does not fit is counted, with examples of each")
  func kinds() throws {
    let tensors =
      try published("resnet18", smallResNet).filter { !$0.name.hasPrefix("layer1") }
      + (0..<9).map { ("extra.\($0)", [1], [0]) }
    let text = errorText { _ = try mapping(tensors, "resnet18", smallResNet).tensors() }
    #expect(text.contains("missing, 9 unexpected"), "\(text)")
    #expect(text.contains("unexpected: extra.4") && text.contains("and 4 more unexpected"))
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
      let file = try set.remoteFile()
      if set.hash == nil {
        #expect(file.hash == .firstDownload)
      } else {
        #expect(file.fileName.hasPrefix(set.encoder))
      }
      #expect(try set.remoteFiles().count == 1 + set.files.count)
    }
  }
}

@Suite("Other spellings, pieces and shapes of published tensors")
struct PublishedNameTests {
  private let small: JSONValue = ["width": 4, "depth": 1, "heads": 2]

  /// The tensors of a small transformer as transformers' `ViTModel` has them, for images of 64 pixels.
  private func tensors() -> [NamedTensor] {
    func tensor(_ name: String, _ shape: [Int], from first: Float) -> NamedTensor {
      (name, shape, (0..<shape.reduce(1, *)).map { first + Float($0) })
    }
    let layer = "vit.encoder.layer.0."
    var all = [
      tensor("vit.embeddings.cls_token", [1, 1, 4], from: 0),
      tensor("vit.embeddings.position_embeddings", [1, 17, 4], from: 0),
      tensor("vit.embeddings.patch_embeddings.projection.weight", [4, 3, 16, 16], from: 0),
      tensor("vit.embeddings.patch_embeddings.projection.bias", [4], from: 0),
      tensor("vit.layernorm.weight", [4], from: 0), tensor("vit.layernorm.bias", [4], from: 0),
      tensor("vit.pooler.dense.weight", [4, 4], from: 0),
      tensor("classifier.weight", [2, 4], from: 0),
    ]
    for (index, name) in ["query", "key", "value"].enumerated() {
      let begin = "\(layer)attention.attention.\(name)"
      all.append(tensor("\(begin).weight", [4, 4], from: Float(100 * index)))
      all.append(tensor("\(begin).bias", [4], from: Float(10 * index)))
    }
    let linear: [(String, [Int])] = [
      ("attention.output.dense", [4, 4]), ("intermediate.dense", [16, 4]),
      ("output.dense", [4, 16]),
    ]
    for (name, shape) in linear {
      all.append(tensor("\(layer)\(name).weight", shape, from: 0))
      all.append(tensor("\(layer)\(name).bias", [shape[0]], from: 0))
    }
    for name in ["layernorm_before", "layernorm_after"] {
      all.append(tensor("\(layer)\(name).weight", [4], from: 0))
      all.append(tensor("\(layer)\(name).bias", [4], from: 0))
    }
    return all
  }

  @Test("Queries, keys and values are joined, positions interpolated, and both are said")
  func transformers() throws {
    let mapping = try mapping(tensors(), "vit_small_patch16_224", small)
    #expect(mapping.share == 1 && mapping.missing.isEmpty && mapping.unexpected.isEmpty)
    #expect(mapping.prefix == "vit.")
    let result = try mapping.tensors()
    let weight = try #require(result["blocks.0.attn.qkv.weight"])
    #expect(weight.shape == [12, 4])
    let joined: [Float] = [0, 100, 200].flatMap { (first: Float) -> [Float] in
      (0..<16).map { first + Float($0) }
    }
    #expect(weight.values == joined)
    let positions = try #require(result["pos_embed"])
    #expect(positions.shape == [1, 5, 4] && positions.values.prefix(4) == [0, 1, 2, 3])
    // The mean over a grid stays where it was.
    let sum: Float = stride(from: 4, to: 20, by: 4).reduce(0) { $0 + positions.values[$1] }
    #expect(abs(sum / 4 - 34) < 1e-3)
    let interpolated = "[1, 17, 4] was interpolated to [1, 5, 4]"
    #expect(mapping.lines.contains { $0.contains(interpolated) })
    #expect(mapping.leftOut?.contains(interpolated) == true)
    #expect(mapping.leftOut?.contains("1 (the published pooler)") == true)
  }

  @Test("A piece that is missing makes its whole missing")
  func missingPiece() throws {
    let tensors = tensors().filter { !$0.name.hasSuffix("attention.key.weight") }
    let mapping = try mapping(tensors, "vit_small_patch16_224", small)
    #expect(mapping.missing == ["blocks.0.attn.qkv.weight"])
    #expect(throws: ZooError.self) { try mapping.tensors() }
  }
}
