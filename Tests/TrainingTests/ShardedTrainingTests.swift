import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Ranks
import TestSupport
import Testing
import WeightFiles

@testable import Training

@Suite("Training in shards and on several ranks")
struct ShardedTrainingTests {
  /// What a training ends with.
  struct Ending: Sendable, Equatable {
    let weights: [[Float]]
    let scores: [Trainer.EpochScore]
    let answers: [Float]

    var values: [Double] {
      var all = weights.joined().map { Double($0) }
      all += answers.map { Double($0) }
      return all + scores.map(\.logLoss)
    }
  }

  private static func branch(shards: Int = 1) throws -> ImageBranch {
    var branch = try RecipeScene.image()
    branch.training.epochs = 2
    branch.training.average = 0.9
    branch.training.select = .best
    branch.training.shards = shards
    return branch
  }

  private func ending(
    _ scene: RecipeScene, _ recipe: UnimodalRecipe, _ ranks: RankGroup? = nil,
    checkpoint: TrainingCheckpoint? = nil
  ) throws -> Ending {
    let own = scene.context
    let context = RecipeContext(
      session: Session(
        registry: try RecipeScene.registry(), kernels: ReferenceKernels(),
        progress: ProgressReporter(mode: .quiet), ranks: ranks), cases: own.cases,
      tokenizer: own.tokenizer, seed: own.seed, cache: nil)
    let fit = try recipe.fit(
      scene.split, context, RandomStream(seed: 3), title: "test", checkpoint: checkpoint)
    let model = try #require(fit.model)
    var logits: [Float] = []
    if case .logits(let found) = try fit.answers(scene.split.test) { logits = found }
    return Ending(
      weights: model.classifier.store.parameters.map(\.value.values), scores: fit.scores,
      answers: logits)
  }

  @Test("Weights, scores and answers have the same bits on 1, 2, 3 and 4 ranks")
  func sameBits() throws {
    try withTemporaryFolder { folder in
      let branch = try Self.branch(shards: 4)
      let scene = try RecipeScene(folder, [branch], cache: nil)
      let alone = try ending(scene, RecipeScene.net(branch))
      let whole = try Self.branch()
      #expect(try ending(scene, RecipeScene.net(whole)).weights != alone.weights)
      // In one message, and in many that go out while the pass goes on.
      for (count, floats) in [(2, 1 << 20), (3, 1 << 20), (4, 1 << 20), (3, 40), (4, 1)] {
        nonisolated(unsafe) let shared = scene
        let all = try RanksOfThreads.run(count, bucketFloats: floats) {
          try ending(shared, RecipeScene.net(branch), $0)
        }
        for one in all { #expect(one == alone, "\(count) ranks, \(floats) floats") }
      }
    }
  }

  @Test(
    "Batches too small for two shards are the same on any number of ranks", arguments: [2, 3, 4])
  func tooSmall(batchSize: Int) throws {
    try withTemporaryFolder { folder in
      var branch = try Self.branch(shards: 2)
      // Of 14 cases the last batch of 4 has 2. Long enough for a running mean to move by more than it is.
      branch.training.batchSize = batchSize
      branch.training.epochs = 8
      let scene = try RecipeScene(folder, [branch], cache: nil)
      let alone = try ending(scene, RecipeScene.net(branch))
      nonisolated(unsafe) let shared = scene
      let sent = branch
      for one in try RanksOfThreads.run(2, { try ending(shared, RecipeScene.net(sent), $0) }) {
        #expect(one == alone)
      }
    }
  }

  @Test("Without batch normalisation shards follow the whole batch")
  func follows() throws {
    try withTemporaryFolder { folder in
      func words(_ shards: Int) throws -> UnimodalRecipe {
        UnimodalRecipe(
          name: "words",
          encoder: .text(
            try TextBranch(
              [
                "name": "words", "encoder": "word2vec",
                "options": [
                  "dimension": 6, "epochs": 1, "filters": 4, "embeddingDropout": 0,
                  "wordDropout": 0,
                ],
                "training": [
                  "epochs": 4, "batchSize": 7, "classWeights": true, "shards": shards.json,
                ],
              ], registry: RecipeScene.registry(), defaults: TrainingSettings())),
          decoder: RecipeScene.decoder, views: 1)
      }
      let scene = try RecipeScene(folder, [], cache: nil)
      let whole = try ending(scene, words(1))
      for shards in 2...3 {
        let parts = try ending(scene, words(shards))
        for (one, other) in zip(parts.scores, whole.scores) {
          #expect(abs(one.logLoss - other.logLoss) < 1e-5, "\(shards) shards, \(one.epoch)")
        }
        #expect(parts.scores.count == whole.scores.count)
        // A number that is added in another order is not the same: shards were made.
        #expect(parts.weights != whole.weights)
      }
    }
  }

  @Test("A training that stops within an epoch goes on with the same bits, on any number of ranks")
  func goesOn() throws {
    try withTemporaryFolder { folder in
      let branch = try Self.branch(shards: 2)
      let scene = try RecipeScene(folder, [branch], cache: nil)
      let alone = try ending(scene, RecipeScene.net(branch))
      // Stopped before each of its steps in turn: 2 epochs of 2 batches.
      for stop in 1...4 {
        let checkpoint = TrainingCheckpoint(path: "\(folder)/\(stop).safetensors")
        #expect(throws: Interrupted.self) {
          try stopped(scene, branch, before: stop, checkpoint)
        }
        let state = try JSONDecoder().decode(
          TrainingCheckpoint.State.self, from: try metadata(checkpoint.path))
        #expect(state.finished == (stop - 1) / 2)
        #expect(state.begun?.steps ?? 0 == (stop - 1) % 2)
        let copy = TrainingCheckpoint(path: "\(folder)/\(stop)-copy.safetensors")
        try FileManager.default.copyItem(atPath: checkpoint.path, toPath: copy.path)
        let one = try ending(scene, RecipeScene.net(branch), checkpoint: checkpoint)
        #expect(one == alone, "stopped before step \(stop)")
        nonisolated(unsafe) let shared = scene
        let two = try RanksOfThreads.run(2) { ranks in
          try ending(
            shared, RecipeScene.net(branch), ranks, checkpoint: ranks.isFirst ? copy : nil)
        }
        #expect(two == [alone, alone], "stopped before step \(stop), gone on with by two")
      }
    }
  }

  /// Of 14 cases batches of 4 leave 2 for the last; three ranks of four have one of 3.
  @Test("With statistics of the whole batch several ranks follow one", arguments: [3, 4, 7])
  func wholeStatistics(batchSize: Int) throws {
    try withTemporaryFolder { folder in
      var branch = try Self.branch()
      branch.training.batchSize = batchSize
      branch.training.batchStatistics = .batch
      let scene = try RecipeScene(folder, [branch], cache: nil)
      let alone = try ending(scene, RecipeScene.net(branch))
      var shards = branch
      shards.training.batchStatistics = .shard
      #expect(try ending(scene, RecipeScene.net(shards)) == alone)
      shards.training.shards = 2
      let apart = Self.distance(try ending(scene, RecipeScene.net(shards)), alone)
      // Statistics of shards are others.
      if batchSize > 3 { #expect(apart > 1e-3) }
      nonisolated(unsafe) let shared = scene
      let sent = branch
      // In one message, and in many behind those of the statistics.
      for (count, floats) in [(2, 1 << 20), (3, 1 << 20), (4, 1 << 20), (2, 40), (3, 1)] {
        let all = try RanksOfThreads.run(count, bucketFloats: floats) {
          try ending(shared, RecipeScene.net(sent), $0)
        }
        for one in all {
          #expect(Self.distance(one, alone) < 1e-4, "\(count) ranks")
          #expect(one == all[0], "\(count) ranks")
        }
        #expect(all[0] != alone, "\(count) ranks: nothing was shared")
      }
    }
  }

  @Test("Ranks share the features of frozen encoders, made or kept, and what heads read of a case")
  func sharedFeatures() throws {
    try withTemporaryFolder { folder in
      var branch = try Self.branch(shards: 2)
      branch.training.epochs = 1
      var frozen = branch
      try frozen.freeze(upTo: "all", registry: RecipeScene.registry())
      let scene = try RecipeScene(folder, [branch], cache: nil)
      let own = scene.context
      func fit(_ branch: ImageBranch, _ head: String, _ kept: String?, _ ranks: RankGroup?) throws
        -> [[Float]]
      {
        let context = RecipeContext(
          session: Session(
            registry: try RecipeScene.registry(), kernels: ReferenceKernels(),
            progress: ProgressReporter(mode: .quiet), ranks: ranks, shards: 2),
          cases: own.cases, tokenizer: own.tokenizer, seed: own.seed,
          cache: FeatureCache(folder: kept.map { FeatureFolder(path: $0, environment: []) }))
        let image = try RecipeScene.net(branch).fit(scene.split, context) { _ in
          preconditionFailure()
        }
        let words = try RecipeScene.words().fit(scene.split, context) { _ in preconditionFailure() }
        let head = try HeadBranch(
          ["head": head.json, "training": ["epochs": 2], "fineTuning": ["epochs": 1], "views": 2],
          registry: RecipeScene.registry())
        let pair = MultimodalRecipe(name: "pair", image: "net", text: "words", head: head)
        let model = try pair.fit(scene.split, context) { name in
          try #require((name == "net" ? image : words).model)
        }.model
        return try #require(model).classifier.store.parameters.map(\.value.values)
      }
      // Attention reads the regions and the words of a case.
      for (name, branch, head) in [
        ("frozen", frozen, "gated"), ("learning", branch, "attention"),
      ] {
        let alone = try fit(branch, head, nil, nil)
        // Made by the ranks; found by the first of them; by a process alone, what ranks have made.
        let kept = "\(folder)/\(name)"
        for count in [2, 3] {
          nonisolated(unsafe) let fit = fit
          // Each rank has a folder of its own, as on machines that share none.
          let all = try RanksOfThreads.run(count) { try fit(branch, head, "\(kept)\($0.rank)", $0) }
          for one in all { #expect(one == alone, "\(name), \(count) ranks") }
        }
        #expect(try fit(branch, head, "\(kept)0", nil) == alone)
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: "\(kept)0")) ?? [])
          .filter { $0.hasSuffix(".safetensors") }
        #expect(files.count == (name == "frozen" ? 1 : 0))
        #expect(!FileManager.default.fileExists(atPath: "\(kept)1"))
      }
    }
  }

  /// The largest difference of a weight, a statistic, a loss or an answer.
  private static func distance(_ one: Ending, _ other: Ending) -> Double {
    zip(one.values, other.values).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test(
    "Rows of any lengths come in the order of the items, sent at once or a few at a time",
    arguments: [1 << 20, 40, 1])
  func rows(bytes: Int) throws {
    let items = Array(0..<23)
    let wanted = items.map { [Float](repeating: Float($0) + 0.5, count: $0 * 5 % 7) }
    for (count, size) in [(1, 1), (2, 1), (3, 4), (4, 8), (5, 30)] {
      let all = try RanksOfThreads.run(count) { ranks in
        try ranks.rows(items, groupsOf: size, rowBytes: bytes) { $0.map { wanted[$0] } }
      }
      for rows in all { #expect(rows == wanted, "\(count) ranks, groups of \(size)") }
    }
    let none = try RanksOfThreads.run(2) { try $0.rows([Int](), groupsOf: 1) { _ in [[Float]]() } }
    #expect(none == [[], []])
  }

  @Test("Batches too small for their shards are divided into fewer")
  func smallBatches() {
    #expect(BatchShards([4, 5, 6, 7, 8], 4, least: 2).cases == [[4, 5], [6, 7, 8]])
    #expect(BatchShards([4], 4, least: 2).cases == [[4]])
    #expect(BatchShards([1, 2, 3, 4], 1, least: 2).cases == [[1, 2, 3, 4]])
    #expect(BatchShards([4, 5, 6], 4, least: 1).cases == [[4], [5], [6]])
    let work = BatchShards([4, 5], 3, least: 1).work(of: 0, ranks: 3, takesPart: true)
    #expect(work.map(\.cases) == [[4]] && work.map(\.shard) == [nil])
  }

  /// Trains, and throws `Interrupted` in place of a step's forward pass; every step before was kept.
  private func stopped(
    _ scene: RecipeScene, _ branch: ImageBranch, before stop: Int, _ checkpoint: TrainingCheckpoint
  ) throws {
    let context = scene.context
    let random = RandomStream(seed: 3)
    let fitted = try context.fitted(branch, scene.split)
    let model = try context.model(
      image: fitted, text: nil, preparation: nil, decoder: RecipeScene.decoder,
      store: context.store(fitted, scene.split, random.derived("parameters")))
    model.classifier.startOutputs(
      at: context.cases.task.startLogits(scene.split.training, branch.training))
    var passes = 0
    var trainer = Trainer(
      settings: branch.training, store: model.classifier.store, kernels: ReferenceKernels(),
      source: model.source(context.cases), task: context.cases.task, title: "test",
      progress: ProgressReporter(mode: .quiet), rateFactor: { model.depthFactor($0) },
      logits: { batch, forward in
        // Two shards a step.
        if forward.mode == .training { passes += 1 }
        return model.logits(batch, &forward)
      })
    trainer.keepsAfter = .zero
    trainer.isAskedToStop = { passes >= 2 * (stop - 1) }
    _ = try trainer.train(
      on: scene.split.training, validation: scene.split.validation,
      random: random.derived("training"), checkpoint: checkpoint)
  }

  private func metadata(_ path: String) throws -> Data {
    let file = try TensorFile.read(path: path)
    return Data(try #require(file.metadata["training"]).utf8)
  }
}
