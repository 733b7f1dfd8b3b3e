import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import TestSupport
import Training

@testable import Explanation

/// Models of a few thousand weights, with weights drawn from a seed.
enum SmallModel {
  static let words = "the heart is large small no effusion lungs clear left right and of a"

  static let size = 24

  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  /// A model of the modalities asked for; `edit` may change weights by their keys.
  static func make(
    image: Bool, text: Bool, flipAveraging: Bool = false, freeze: Bool = false, channels: Int = 1,
    maximumWords: Int = 12, members: Int = 1, findings: [String]? = nil,
    task: TaskKind? = nil,
    fusion: FusionSettings? = nil, views: String? = nil,
    edit: (ParameterStore) -> Void = { _ in }
  ) throws -> TrainedModel {
    let registry = try registry()
    func branch(_ json: String) throws -> JSONValue {
      try JSONValue.parse(.init(json.utf8), path: "model.json")
    }
    let imageBranch =
      try image
      ? ImageBranch(
        branch(
          """
          {"encoder": "densenet121", "size": \(size), "channels": \(channels),
           "flipAveraging": \(flipAveraging), "members": \(members), \(freeze ? "\"freeze\": \"all\"," : "")
           \(views.map { "\"views\": \($0)," } ?? "")
           "normalization": {"mean": [0.4], "deviation": [0.25]},
           "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3}}
          """), registry: registry, defaults: TrainingSettings(), isSaved: views != nil) : nil
    let textBranch =
      try text
      ? TextBranch(
        branch(
          """
          {"encoder": "word2vec",
           "options": {"dimension": 6, "filters": 4, "kernels": [2, 3],
             "maximumWords": \(maximumWords)}}
          """), registry: registry, defaults: TrainingSettings()) : nil
    let store = ParameterStore(random: RandomStream(seed: 11))
    let model = try TrainedModel(
      image: imageBranch, text: textBranch,
      preparation: text
        ? TextPreparation(
          vocabulary: Vocabulary(counting: [words.split(separator: " ").map(String.init)]),
          dimension: 6, vectors: nil) : nil,
      decoder: .init(hidden: 8, dropout: 0.3, featureDropout: 0), fusion: fusion,
      labels: findings ?? ["normal", "abnormal"],
      task: task ?? (findings == nil ? .binary : .multiLabel), registry: registry, store: store)
    // Large enough that attributions stand clear of rounding.
    store.parameter("head.output.weight")?.update { weights in
      for index in 0..<8 { weights[index] = index % 2 == 0 ? 2 : -1.5 }
    }
    edit(store)
    return model
  }

  /// A normalised image with a bright spot on noise.
  static func pixels(channels: Int = 1, seed: UInt64 = 4) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<size * size * channels).map { index in
      let (row, column) = (index / channels / size, index / channels % size)
      let spot = row > 5 && row < 12 && column > 12 && column < 20
      return Float(random.uniform(0, 1) + (spot ? 1.5 : 0) - 0.5)
    }
  }

  static func indices(_ text: String, _ model: TrainedModel) -> [Int32] {
    let tokens = model.tokenizer.words(text)
    return model.vocabulary?.indices(of: tokens) ?? []
  }
}
