import Basics
import Bundles
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Packaging
import Registry
import Tensors
import TestSupport
import Training

/// What a training of a small model of words leaves behind, with answers by hand.
struct SmallRun {
  let folder: String
  let model: TrainedModel

  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  /// Writes the run; `logits` are rows of `logits.csv` below its head.
  init(_ folder: String, task: TaskKind, labels: [String], logits: String) throws {
    self.folder = "\(folder)/run"
    let registry = try Self.registry()
    let branch = try TextBranch(
      JSONValue.parse(
        Data(
          #"{"encoder": "word2vec", "options": {"dimension": 6, "filters": 4, "kernels": [2]}}"#
            .utf8), path: "model.json"), registry: registry, defaults: TrainingSettings())
    model = try TrainedModel(
      image: nil, text: branch,
      preparation: TextPreparation(
        vocabulary: Vocabulary(
          counting: [
            "the heart is large small no effusion lungs clear left right and of a"
              .split(separator: " ").map(String.init)
          ]), dimension: 6, vectors: nil),
      decoder: .init(hidden: 0, dropout: 0, featureDropout: 0), labels: labels, task: task,
      registry: registry, store: ParameterStore(random: RandomStream(seed: 11)))
    try model.write(to: self.folder)
    try AtomicFile.write(
      """
      {"schema": 1, "name": "d", "description": "40 cases of d", "terms": "none", "synthetic": true,
       "revision": null, "folds": "f", "seed": 1, "splits": [{"name": "r1f1", "cases": [20, 10, 10]}]}
      """, to: "\(self.folder)/data.json")
    try AtomicFile.write(
      #"{"data": {"format": "csv", "path": "cases.csv", "language": "en"}}"#,
      to: "\(self.folder)/specification.json")
    try AtomicFile.write(
      "subset,id,label,target,logit\n" + logits + "\n", to: "\(self.folder)/logits.csv")
  }

  /// The run's bundle, and what is found in verifying it.
  func bundle(
    _ threshold: BundleSettings.Threshold = .model, to name: String = "bundle"
  ) throws -> (folder: BundleFolder, lines: [String]) {
    var settings = try BundleSettings(
      id: "small", version: BundleVersion("1.0.0"), licence: "CC0-1.0")
    settings.threshold = threshold
    settings.created = Timestamp(seconds: 1_750_000_000)
    let registry = try Self.registry()
    let made = try BundleMaker(
      settings: settings, registry: registry, kernels: ReferenceKernels()
    ).make(from: folder, to: "\(folder)-\(name)")
    let found = try BundleVerification(
      path: made.path, key: nil, registry: registry, kernels: ReferenceKernels())
    return (made, found.lines)
  }
}
