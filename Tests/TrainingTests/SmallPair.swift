import Basics
import EncoderKit
import Evaluation
import Fusion
import Registry
import TestSupport

@testable import Training

/// Small models of an image, of a text, and of both under a fusion head.
struct SmallPair {
  static let size = 32
  let registry: EncoderRegistry
  let image: ImageBranch
  let text: TextBranch
  let preparation: TextPreparation
  let task: TaskKind
  let labels: [String]

  init(
    members: Int = 1, flipAveraging: Bool = false, freeze: Bool = false, task: TaskKind = .binary,
    labels: [String] = ["no", "yes"]
  ) throws {
    self.task = task
    self.labels = labels
    registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    var members: [(key: String, value: JSONValue)] = [("members", members.json)]
    if freeze { members.append(("freeze", "all")) }
    image = try ImageBranch(
      JSONValue(
        .object(
          [
            ("encoder", "resnet18"), ("size", SmallPair.size.json),
            ("channels", 1), ("options", ["width": 4, "blocks": [1, 1]]),
            ("flipAveraging", flipAveraging.json),
            ("normalization", ["mean": 0, "deviation": 1]),
          ] + members)), registry: registry, defaults: TrainingSettings())
    text = try TextBranch(
      ["encoder": "word2vec", "options": ["filters": 3, "kernels": [2, 3]]], registry: registry,
      defaults: TrainingSettings())
    preparation = TextPreparation(
      vocabulary: Vocabulary(counting: [["lungs", "clear", "heart", "large"]]), dimension: 5,
      vectors: nil)
  }

  /// A branch of the specification.
  func branch(_ json: JSONValue) throws -> HeadBranch { try HeadBranch(json, registry: registry) }

  /// A model of one encoder.
  func part(image isImage: Bool, seed: UInt64, hidden: Int = 6) throws -> TrainedModel {
    let model = try TrainedModel(
      image: isImage ? image : nil, text: isImage ? nil : text,
      preparation: isImage ? nil : preparation,
      decoder: .init(hidden: hidden, dropout: 0.3, featureDropout: 0), labels: labels,
      task: task, registry: registry, store: ParameterStore(random: RandomStream(seed: seed)))
    // Statistics and biases as after training.
    var random = RandomStream(seed: seed).derived("statistics")
    for parameter in model.classifier.store.parameters
    where parameter.key.hasPrefix("head.") && parameter.kind != .weight {
      parameter.update { values in
        for i in 0..<parameter.value.count { values[i] = Float(random.uniform(0.4, 1.2)) }
      }
    }
    return model
  }

  /// A model of both, as its training begins; `logOdds` are of the first output, and 0.7 more of
  /// each further one.
  func joined(_ parts: [TrainedModel], _ head: HeadBranch, logOdds: Float = 0) throws
    -> TrainedModel
  {
    let fusion = try head.fusion(of: parts[0].decoder, parts[1].decoder, registry: registry)
    var given: [String: Tensor] = [:]
    for part in parts {
      for parameter in part.classifier.store.parameters where !parameter.key.hasPrefix("head.") {
        given[parameter.key] = parameter.value
      }
    }
    let model = try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: fusion.decoder,
      fusion: fusion.settings, labels: labels, task: task, registry: registry,
      store: ParameterStore(random: RandomStream(seed: 3), given: given))
    let all = task.outputs(labels).indices.map { logOdds + 0.7 * Float($0) }
    if head.startsFromParts {
      model.classifier.begin(
        from: parts[0].classifier.store, parts[1].classifier.store,
        StartLogOdds(image: all, text: all, own: all))
    }
    return model
  }

  /// A model of both whose every parameter is at work, missing-modality embeddings included.
  func stirred(_ head: JSONValue) throws -> TrainedModel {
    let model = try joined(
      [part(image: true, seed: 1), part(image: false, seed: 2)], branch(head))
    var random = RandomStream(seed: 8)
    for parameter in model.classifier.store.parameters
    where parameter.key.hasPrefix("head.missing.") || parameter.key == "head.output.weight" {
      parameter.update { values in
        for i in 0..<parameter.value.count { values[i] = Float(random.uniform(-1, 1)) }
      }
    }
    return model
  }

  /// Cases with pictures and texts.
  func batch(seed: UInt64 = 5, count: Int = 3) -> RawBatch {
    var random = RandomStream(seed: seed)
    var batch = RawBatch(indices: Array(0..<count))
    batch.images = (0..<count * SmallPair.size * SmallPair.size).map { _ in Float(random.normal()) }
    let texts: [[Int32]] = [[2, 3, 4], [5], [4, 4, 3, 2, 2]]
    batch.texts = (0..<count).map { texts[$0 % texts.count] }
    return batch
  }

  static func makePass(_ mode: Forward.Mode = .evaluation, tape: Tape? = nil) -> Forward {
    Forward(mode, random: RandomStream(seed: 4), tape: tape, kernels: ReferenceKernels())
  }
}
