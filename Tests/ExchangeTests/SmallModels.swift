import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import TestSupport
import Testing
import Training

/// Small models of every kind, with weights and statistics drawn from a seed.
struct SmallModel: Sendable, CustomTestStringConvertible {
  let name: String
  /// The image branch as JSON; nil for none.
  var image: String?
  /// The options of the text branch as JSON; nil for none.
  var text: String?
  var textMembers = 1
  var hidden = 8
  var labels = ["normal", "abnormal"]
  var task = TaskKind.binary
  /// How both sides are joined; nil for features side by side.
  var fusion: FusionSettings?
  /// A text encoder with a tokenizer of its own, in place of one of words.
  var transformer: SmallTransformer?
  var testDescription: String { name }

  static let words = "the heart is large small no effusion lungs clear left right and of a"

  static let densenet = """
    {"encoder": "densenet121", "size": 24, "channels": 1,
     "normalization": {"mean": [0.4], "deviation": [0.25]},
     "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3}}
    """
  static let cnn = #"{"dimension": 6, "filters": 4, "kernels": [2, 3], "maximumWords": 12}"#

  static let all = [
    SmallModel(name: "DenseNet, grey", image: densenet),
    SmallModel(
      name: "DenseNet, colour, mirror average, frozen",
      image: densenet.replacing(
        "\"channels\": 1,",
        with: "\"channels\": 3, \"flipAveraging\": true, \"freeze\": \"block1\","
      ), hidden: 0),
    SmallModel(
      name: "ResNet, basic blocks",
      image: #"""
        {"encoder": "resnet18", "size": 32, "channels": 3, "options": {"width": 4, "blocks": [1, 1]}}
        """#),
    SmallModel(
      name: "ResNet, bottlenecks, two members, several findings",
      image: #"""
        {"encoder": "resnet50", "size": 32, "channels": 1, "members": 2,
         "options": {"width": 4, "blocks": [1, 2]}}
        """#, labels: ["mass", "nodule", "effusion"], task: .multiLabel),
    SmallModel(
      name: "VGG, windows that overlap",
      image: #"""
        {"encoder": "vgg11", "size": 40, "channels": 1,
         "options": {"width": 2, "blocks": [1, 1], "hidden": 10}}
        """#),
    SmallModel(
      name: "VGG with normalisation",
      image: #"""
        {"encoder": "vgg11_bn", "size": 32, "channels": 3,
         "options": {"width": 2, "blocks": [1, 1], "hidden": 0}}
        """#),
    SmallModel(name: "text", text: cnn),
    SmallModel(name: "text, three members", text: cnn, textMembers: 3),
    SmallModel(
      name: "text of any length", text: cnn.replacing("12", with: "100000"), hidden: 0),
    SmallModel(
      name: "image and text, several classes", image: densenet, text: cnn,
      labels: ["none", "mass", "edema", "effusion"], task: .multiClass),
    SmallModel(name: "image and text", image: densenet, text: cnn),
  ]

  /// Every fusion head, alone and with decoders of both sides, missing-modality embeddings and modality dropout beside it,
  /// as training makes them.
  static let heads: [SmallModel] = [
    ("concat", [:]), ("sum", ["width": 5]), ("gated", ["width": 5]),
    ("bilinear", ["width": 5, "rank": 3]), ("film", ["width": 5, "condition": "image"]),
    ("attention", ["width": 6, "heads": 2]), ("late", [:]),
  ].flatMap { (head: String, options: JSONValue) in
    let side = DenseDecoder.Configuration(hidden: 4, dropout: 0.2, featureDropout: 0)
    let decoders = FusionSettings.Decoders(image: side, text: side)
    let whole = FusionSettings(
      head: head, options: options, decoders: head == "concat" ? nil : decoders,
      learnsMissingModality: true,
      modalityDropout: 0.3)
    let plain = FusionSettings(
      head: head, options: options, decoders: head == "late" ? decoders : nil)
    // Attention reads regions and words, which several members have not.
    let members = head == "attention" ? 1 : 2
    return [
      SmallModel(name: "\(head)", image: densenet, text: cnn, fusion: plain),
      SmallModel(
        name:
          "\(head), missing-modality embeddings, several members and findings, frozen, mirror average",
        image: densenet.replacing(
          "\"channels\": 1,",
          with: members > 1
            ? "\"channels\": 1, \"flipAveraging\": true, \"members\": 2,"
            : "\"channels\": 1, \"flipAveraging\": true, \"freeze\": \"block1\","), text: cnn,
        textMembers: members, labels: ["mass", "nodule", "effusion"], task: .multiLabel,
        fusion: whole),
    ]
  }

  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  func make() throws -> TrainedModel {
    let registry = try SmallModel.registry()
    func value(_ json: String) throws -> JSONValue {
      try JSONValue.parse(Data(json.utf8), path: "model.json")
    }
    let imageBranch = try image.map {
      try ImageBranch(value($0), registry: registry, defaults: TrainingSettings())
    }
    let own = try transformer.map {
      try SmallModel.branch($0, members: textMembers, registry)
    }
    let textBranch =
      try own?.0
      ?? text.map {
        try TextBranch(
          value("{\"encoder\": \"word2vec\", \"members\": \(textMembers), \"options\": \($0)}"),
          registry: registry, defaults: TrainingSettings())
      }
    let store = ParameterStore(random: RandomStream(seed: 11))
    let model = try TrainedModel(
      image: imageBranch, text: textBranch,
      preparation: own?.1
        ?? text.map { _ in
          TextPreparation(
            vocabulary: Vocabulary(
              counting: [SmallModel.words.split(separator: " ").map(String.init)]),
            dimension: 6, vectors: nil)
        },
      decoder: .init(hidden: hidden, dropout: 0.3, featureDropout: 0), fusion: fusion,
      labels: labels,
      task: task, registry: registry, store: store)
    // As after training: no statistic, scale or shift is what it began as.
    var random = RandomStream(seed: 5)
    for parameter in store.parameters
    where parameter.kind != .weight || parameter.key.hasSuffix("lora_B.weight") {
      parameter.update { values in
        for index in 0..<parameter.value.count { values[index] += Float(random.uniform(0, 0.3)) }
      }
    }
    return model
  }

  /// The cases of a test: images as the model reads them, and texts of several lengths.
  static func images(_ model: TrainedModel, count: Int) -> [Float]? {
    model.image.map { branch in
      var random = RandomStream(seed: 9)
      return (0..<count * branch.preprocessing.count).map { _ in
        Float(random.uniform(-1.5, 2))
      }
    }
  }

  static func texts(_ model: TrainedModel, count: Int) -> [[Int32]]? {
    if let own = model.ownTokenizer {
      // The second holds what fills up among its pieces, but is not filled up by it.
      return [25, 3, 1, 9].prefix(count).enumerated().map { text, length in
        own.beginning
          + (0..<length).map {
            text == 1 ? own.padding : Int32(4 + ($0 * 5 + text * 3) % (own.vocabulary.count - 4))
          } + own.end
      }
    }
    return model.vocabulary.map { vocabulary in
      // The first is longer than what is read, the second shorter than a kernel.
      [25, 1, 7, 12].prefix(count).enumerated().map { text, length in
        (0..<length).map { Int32(1 + ($0 * 5 + text * 3) % (vocabulary.count - 1)) }
      }
    }
  }
}
