import Basics
import EncoderKit
import Foundation
import Fusion
import Registry
import TestSupport
import Testing
import WeightFiles

@testable import Training

/// Files of weights from somewhere: what they do not tell is said, what we wrote comes back.
@Suite("Weight files as starting weights")
struct RawWeightTests {
  private let registry: EncoderRegistry

  init() throws {
    registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  private func branch(_ json: String, isSaved: Bool = false) throws -> ImageBranch {
    try ImageBranch(
      JSONValue.parse(Data(json.utf8), path: "study.json"), registry: registry,
      defaults: TrainingSettings(), isSaved: isSaved)
  }

  private func resnet(_ more: String, channels: Int = 3) -> String {
    """
    {"encoder": "resnet18", "name": "net", "size": 32, "channels": \(channels),
     "options": {"width": 4, "blocks": [1, 1]}\(more)}
    """
  }

  private func model(_ branch: ImageBranch, seed: UInt64 = 3) throws -> TrainedModel {
    let store = ParameterStore(random: RandomStream(seed: seed))
    return try TrainedModel(
      image: branch, text: nil, preparation: nil,
      decoder: .init(hidden: 0, dropout: 0, featureDropout: 0), labels: ["no", "yes"],
      registry: registry, store: store)
  }

  /// A published file of a small network.
  private func write(_ path: String, prefixes: [String] = [""], metadata: [String: String] = [:])
    throws
  {
    let tensors = try prefixes.enumerated().flatMap { number, prefix in
      try model(try branch(resnet("")), seed: UInt64(number)).publishedImageWeights(
        registry: registry, member: nil
      ).tensors.filter { !$0.name.hasPrefix("fc.") }.map {
        (name: prefix + $0.name, shape: $0.shape, values: $0.values)
      }
    }
    try TensorFile.write(tensors, metadata: metadata, to: path)
  }

  @Test("A plain file does not say how images were normalised: that is said, and can be chosen")
  func normalization() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      try write(path)
      let weights = ", \"weights\": \"\(path)\""
      let silent = try branch(resnet(weights))
      #expect(silent.pixels.normalization == nil)
      #expect(silent.deviations.count == 1)
      #expect(
        silent.deviations[0].hasPrefix(
          "net: w.safetensors does not say how its images were normalised"))
      #expect(silent.deviations[0].contains("\"imagenet\""))
      for (given, mean, deviation) in [
        ("\"imagenet\"", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225] as [Float]),
        ("\"half\"", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]), ("\"none\"", [0, 0, 0], [1, 1, 1]),
        ("{\"mean\": 0.25, \"deviation\": 0.5}", [0.25], [0.5]),
      ] as [(String, [Float], [Float])] {
        let chosen = try branch(resnet(weights + ", \"normalization\": \(given)"))
        #expect(
          chosen.pixels.normalization?.mean == mean
            && chosen.pixels.normalization?.deviation == deviation)
        #expect(chosen.deviations == [])
        // A saved model keeps the numbers.
        let saved = try branch(chosen.json.text(), isSaved: true)
        #expect(saved.pixels.normalization == chosen.pixels.normalization)
      }
      let data = try branch(resnet(weights + ", \"normalization\": \"data\""))
      #expect(data.pixels.normalization == nil && data.deviations == [])
      #expect(data.json.text().contains("\"data\""))
      let wrong = errorText { _ = try branch(resnet(", \"normalization\": \"imagnet\"")) }
      #expect(wrong.contains("unknown normalization \"imagnet\"; did you mean \"imagenet\""))
      // A set of the catalogue of which it is not known says it, too.
      let set = ", \"weights\": \"vit_base_patch14_dinov2-xray-224\""
      func dino(_ more: String) throws -> ImageBranch {
        try branch("{\"encoder\": \"vit_base_patch14_dinov2\"\(set)\(more)}")
      }
      let unknown = try dino("")
      #expect(unknown.preprocessing.channels == 3 && unknown.preprocessing.size == 224)
      #expect(unknown.pixels.normalization == nil && unknown.deviations.count == 1)
      #expect(
        errorText { _ = try dino(", \"channels\": 1, \"normalization\": \"imagenet\"") }
          .contains("read 3 channels, and it is not known how these were normalised"))
      let larger = try dino(", \"size\": 518, \"normalization\": \"imagenet\"")
      #expect(larger.deviations.count == 1)
      #expect(larger.deviations.joined().contains("trained on the middle 224 pixels"))
      #expect(
        unknown.deviations.joined().contains(
          "xray-224 does not say how its images were normalised"))
      // Drawn weights have learnt on nothing else.
      #expect(try branch(resnet("")).deviations == [])
    }
  }

  @Test("With a preset, colour weights come to grey images as a weight set's do")
  func presetConversion() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      try write(path)
      let weights = ", \"weights\": \"\(path)\""
      let grey = try branch(resnet(weights + ", \"normalization\": \"imagenet\"", channels: 1))
      #expect(grey.pixels.normalization?.mean.count == 1)
      let loaded = try WeightSource(path, registry, at: Place()).load(grey, registry: registry)
      let plain = try WeightSource(path, registry, at: Place()).load(
        branch(resnet(weights)), registry: registry)
      let preset = NormalizationPreset.imagenet
      let exact = try ChannelConversion(
        from: WeightInput(
          channels: 3, size: 32, resize: 32, mean: preset.mean, deviation: preset.deviation), to: 1
      ).converted(
        plain, readers: ["image.conv1.weight"],
        order: ["image.conv1.weight", "image.bn1.running_mean"],
        at: Place())
      for key in ["image.conv1.weight", "image.bn1.running_mean"] {
        #expect(loaded[key]?.values == exact[key]?.values, "\(key)")
      }
    }
  }

  @Test("Of a file with two encoders a study names one, and the model remembers which")
  func prefix() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/moco.safetensors"
      try write(path, prefixes: ["module.encoder_q.", "module.encoder_k."])
      let refused = errorText { _ = try branch(resnet(", \"weights\": \"\(path)\"")) }
      #expect(refused.contains("\"module.encoder_q\"") && refused.contains("\"module.encoder_k\""))
      #expect(refused.contains("\"prefix\": \"module.encoder_"))
      for (number, name) in ["q", "k"].enumerated() {
        let chosen = try branch(
          resnet(", \"weights\": {\"from\": \"\(path)\", \"prefix\": \"module.encoder_\(name)\"}"))
        #expect(chosen.weightPrefix == "module.encoder_\(name)")
        #expect(chosen.deviations.contains { $0.contains("outside module.encoder_\(name)") })
        let tensors = try WeightSource(path, prefix: chosen.weightPrefix, registry, at: Place())
          .load(chosen, registry: registry)
        let own = try model(branch(resnet("")), seed: UInt64(number)).classifier.store
        #expect(
          tensors["image.conv1.weight"]?.values == own.parameter("image.conv1.weight")?.value.values
        )
        let saved = try branch(chosen.json.text(), isSaved: true)
        #expect(saved.weightPrefix == chosen.weightPrefix && saved.weights == path)
        #expect(saved.origin == "\(path), prefix \"module.encoder_\(name)\"")
      }
      // In a list each goes by the last part of its prefix.
      let list = """
        , "weights": [{"from": "\(path)", "prefix": "encoder_q"}, {"from": "\(path)", "prefix": "encoder_k"},
          {"name": "mine", "from": "\(path)", "prefix": "encoder_k"}]
        """
      let branches = try ImageBranch.branches(
        JSONValue.parse(Data(resnet(list).utf8)), registry: registry, defaults: TrainingSettings())
      #expect(branches.map(\.name) == ["net moco encoder_q", "net moco encoder_k", "net mine"])
    }
  }

  @Test("A file that zoo weights export wrote brings its preprocessing along")
  func exported() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      let trained = try model(
        branch(resnet(", \"normalization\": {\"mean\": 0.25, \"deviation\": 0.5}")))
      let published = try trained.publishedImageWeights(registry: registry, member: nil)
      try TensorFile.write(published.tensors, metadata: published.metadata, to: path)
      let read = try branch(resnet(", \"weights\": \"\(path)\""))
      #expect(read.pixels.normalization?.mean == [0.25, 0.25, 0.25])
      #expect(!read.deviations.contains { $0.contains("does not say") })
    }
  }

  /// Options that make each encoder small; a new one is as it is.
  private static let small: [String: String] = [
    "DenseNet": #"{"growthRate": 4, "blocks": [1, 1], "initialFeatures": 8}"#,
    "ResNet": #"{"width": 4, "blocks": [1, 1]}"#,
    "VGG": #"{"width": 2, "blocks": [1, 1], "hidden": 4}"#,
    "MobileNet": #"{"width": 0.1}"#,
    "EfficientNet": #"{"width": 0.1, "depth": 0.2}"#,
    "ConvNeXt": #"{"blocks": [1, 1], "widths": [8, 16]}"#,
    "ViT": #"{"patch": 16, "width": 4, "depth": 1, "heads": 2}"#,
  ]

  @Test("What is written of every registered image encoder reads back, in one channel and three")
  func images() throws {
    for encoder in registry.catalogue.encoders where encoder.modality == .image {
      let options = Self.small[encoder.plugin] ?? "{}"
      let entry = try registry.imageEncoder(encoder.name, at: Place())
      for channels in [1, 3] {
        let made = try model(
          branch(
            """
            {"encoder": "\(encoder.name)", "size": 64, "channels": \(channels), "options": \(options)}
            """))
        let published = try made.publishedImageWeights(registry: registry, member: nil)
        var file = try TensorFile.encode(published.tensors, metadata: published.metadata)
        // Exported, brought in, written, brought in again.
        for _ in 0..<2 {
          let mapping = try WeightImport(
            StateDictionary.parse(file, path: "file"), entry: entry,
            options: JSONValue.parse(Data(options.utf8)).object(), size: 64)
          #expect(mapping.channels == channels && mapping.share == 1, "\(encoder.name)")
          #expect(mapping.readers.count == 1, "\(encoder.name): \(mapping.readers)")
          let tensors = try mapping.tensors()
          for parameter in made.classifier.store.parameters where parameter.key.hasPrefix("image.")
          {
            let key = String(parameter.key.dropFirst("image.".count))
            #expect(tensors[key]?.values == parameter.value.inFileOrder.values, "\(key)")
          }
          file = try TensorFile.encode(
            tensors.map { (name: $0.key, shape: $0.value.shape, values: $0.value.values) })
        }
      }
    }
  }
}
