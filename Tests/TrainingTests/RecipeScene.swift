import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Images
import Registry
import TestSupport
import Testing

@testable import Training

/// 24 phantom cases in a folder, a split of them, and what recipes work on.
struct RecipeScene {
  static let size = 32
  let context: RecipeContext
  let split = Split(
    name: "r1f1", index: 0, repeatIndex: 0, training: Array(0..<14),
    validation: Array(14..<18), test: Array(18..<24))

  init(
    _ folder: String, _ branches: [ImageBranch], cache: FeatureCache? = FeatureCache(),
    progress: ProgressReporter = ProgressReporter(mode: .quiet), registry: EncoderRegistry? = nil,
    change: (inout [Case], inout ClassificationTask) -> Void = { _, _ in }
  ) throws {
    let sample = PhantomSample(count: 24, size: 64)
    if !branches.isEmpty { try sample.write(to: folder) }
    var cases = sample.cases().map { item in
      Case(
        id: item.id, imagePath: "\(folder)/images/\(item.id).png", text: item.text,
        label: item.label, source: Place())
    }
    var task = ClassificationTask(
      .binary, labels: ["normal", "abnormal"],
      targets: CaseTargets(cases.map { $0.label == "abnormal" ? 1 : 0 }))
    change(&cases, &task)
    let set = CaseSet(name: "phantoms", cases: cases, labels: ["normal", "abnormal"])
    let paths = cases.map(\.imagePath)
    let stores = try branches.map {
      ($0.name, try ImageStore.load(paths, $0, progress: progress).store)
    }
    let tokenizer = Tokenizer.ofStudies
    context = RecipeContext(
      session: Session(
        registry: try registry ?? RecipeScene.registry(), kernels: ReferenceKernels(),
        progress: progress),
      cases: StudyCases(
        set: set, words: cases.map { tokenizer.words($0.text ?? "") }, task: task,
        images: Dictionary(uniqueKeysWithValues: stores), allowsIncomplete: true),
      tokenizer: tokenizer, seed: 5, cache: cache)
  }

  func fit(_ recipe: any Recipe, _ parts: [String: Fit] = [:]) throws -> Fit {
    try recipe.fit(context.cases.usable(split, recipe.reads), context) { name in
      try #require(parts[name]?.model)
    }
  }

  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  static func image(_ name: String = "net", _ more: [(key: String, value: JSONValue)] = []) throws
    -> ImageBranch
  {
    try ImageBranch(
      JSONValue(
        .object(
          [
            ("name", name.json), ("encoder", "resnet18"),
            ("size", RecipeScene.size.json), ("channels", 1),
            ("options", ["width": 4, "blocks": [1, 1]]),
            ("training", ["epochs": 1, "batchSize": 7]),
          ] + more)), registry: registry(), defaults: TrainingSettings())
  }

  static func text() throws -> TextBranch {
    try TextBranch(
      [
        "name": "words", "encoder": "word2vec",
        "options": ["dimension": 6, "epochs": 1, "filters": 4],
        "training": ["epochs": 2, "batchSize": 7],
      ], registry: registry(), defaults: TrainingSettings())
  }

  static let decoder = DenseDecoder.Configuration(hidden: 0, dropout: 0, featureDropout: 0)

  static func words() throws -> UnimodalRecipe {
    UnimodalRecipe(name: "words", encoder: .text(try text()), decoder: decoder, views: 1)
  }

  static func net(_ branch: ImageBranch) -> UnimodalRecipe {
    UnimodalRecipe(name: branch.name, encoder: .image(branch), decoder: decoder, views: 2)
  }
}
