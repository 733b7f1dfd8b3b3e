import Basics
import Datasets
import Downloads
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Images
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("Recipes")
struct RecipeTests {
  @Test("A recipe's answers depend on seed and name alone, not on what ran before")
  func repeated() throws {
    let first = try RecipeScene("", [])
    let fit = try first.fit(RecipeScene.words())
    #expect(fit.scores.map(\.epoch).max() == 2 && fit.parameterCount > 0)
    let answers = try fit.answers(first.split.test)
    #expect(answers.probabilities(of: .binary, outputs: 1).count == 6)
    let renamed = UnimodalRecipe(
      name: "other", encoder: .text(try RecipeScene.text()), decoder: RecipeScene.decoder, views: 1)
    #expect(try first.fit(renamed).answers(first.split.test) != answers)
    #expect(try first.fit(RecipeScene.words()).answers(first.split.test) == answers)
  }

  @Test("A task of several findings gives an answer to each question of each case")
  func findings() throws {
    let scene = try RecipeScene("", []) { cases, task in
      let answers = cases.indices.flatMap {
        [Float($0 % 2), $0 % 3 == 0 ? .nan : Float($0 % 5 / 3)]
      }
      task = ClassificationTask(
        .multiLabel, labels: ["Mass", "Effusion"], targets: CaseTargets(answers, outputs: 2))
    }
    let fit = try scene.fit(RecipeScene.words())
    #expect(fit.model?.task == .multiLabel && fit.model?.labels == ["Mass", "Effusion"])
    guard case .logits(let logits) = try fit.answers(scene.split.test) else {
      Issue.record("a network answers in logits")
      return
    }
    #expect(logits.count == 12)
    let rows = EpochRow.rows(of: fit.scores, .multiLabel, combination: "words", split: "r1f1")
    #expect(Set(rows.map(\.metric)) == [.score(.macroAUROC), .score(.logLoss)])
  }

  @Test("An ensemble's logit is the mean of its members'")
  func ensemble() throws {
    let scene = try RecipeScene("", [])
    let recipe = try RecipeScene.words()
    let joined = try scene.fit(EnsembleRecipe(of: recipe, count: 2))
    let random = scene.context.random(scene.split, recipe.name).derived("member")
    let members = try (1...2).map {
      try recipe.fit(scene.split, scene.context, random.derived($0), title: "member")
    }
    func logits(_ fit: Fit) throws -> [Float] {
      guard case .logits(let values) = try fit.answers(scene.split.test) else { return [] }
      return values
    }
    let means = zip(try logits(members[0]), try logits(members[1])).map { ($0 + $1) / 2 }
    for (found, wanted) in zip(try logits(joined), means) { #expect(abs(found - wanted) < 1e-4) }
    let model = try #require(joined.model)
    #expect(model.text?.members == 2 && model.memberCount == 2)
    // Each member answers by itself what it answered before it was joined, also when the model was kept in files.
    try withTemporaryFolder { folder in
      try model.write(to: folder)
      let kept = try TrainedModel.read(from: folder, registry: scene.context.session.registry)
      let ensemble = try #require(try EnsembleMembers(kept))
      let source = kept.source(scene.context.cases)
      try source.forEachBatch(scene.split.test, scene.context.session.kernels) { batch, forward in
        let found = kept.logits(batch, members: ensemble, &forward).members
        #expect(found.count == 2 && batch.indices.count == 6)
        for (own, member) in zip(found, members) {
          for (found, wanted) in zip(own, try logits(member)) {
            #expect(abs(found - wanted) < 1e-4)
          }
        }
      }
    }
    #expect(try EnsembleMembers(#require(members[0].model)) == nil)
    #expect(joined.scores.count == members[0].scores.count)
  }

  @Test("A multimodal recipe starts at its parts, and heads share what the encoders gave")
  func multimodal() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image()
      let scene = try RecipeScene(folder, [branch])
      let parts = [
        "net": try scene.fit(RecipeScene.net(branch)), "words": try scene.fit(RecipeScene.words()),
      ]
      func recipe(_ name: String, _ json: JSONValue) throws -> MultimodalRecipe {
        MultimodalRecipe(
          name: name, image: "net", text: "words",
          head: try HeadBranch(json, registry: RecipeScene.registry()))
      }
      let still: JSONValue = [
        "head": "concat", "training": ["epochs": 0], "fineTuning": ["epochs": 0],
      ]
      let pair = try recipe("net + words", still)
      #expect(pair.parts == ["net", "words"] && pair.reads == [.image, .text])
      let start = try scene.fit(pair, parts)
      // The sum of both sides' logits, less the log-odds that both hold: none, with as many of each.
      let target = scene.context.cases.task.targets.logOdds(
        scene.split.training, TrainingSettings())[0]
      guard case .logits(let sum) = try start.answers(scene.split.test),
        case .logits(let one)? = try parts["net"]?.answers(scene.split.test),
        case .logits(let other)? = try parts["words"]?.answers(scene.split.test)
      else { throw ZooError(.badValue, "no logits") }
      for (index, value) in sum.enumerated() {
        #expect(abs(value - (one[index] + other[index] - target)) < 1e-3)
      }
      // Another head of the same pair with a cache, and without: the same answers.
      let gated: JSONValue = [
        "head": "gated", "training": ["epochs": 1, "batchSize": 7], "fineTuning": ["epochs": 1],
      ]
      let cached = try scene.fit(recipe("net + words gated", gated), parts)
      let bare = try RecipeScene(folder, [branch], cache: nil)
      let anew = try bare.fit(recipe("net + words gated", gated), parts)
      #expect(try cached.answers(scene.split.test) == anew.answers(scene.split.test))
    }
  }

  @Test("Features of frozen stages are made once for recipes of one branch, and kept in a folder")
  func frozen() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image(
        "whole", [("freeze", "all"), ("augmentation", ["rotation": 5])])
      let scene = try RecipeScene(folder, [branch])
      let first = try scene.fit(RecipeScene.net(branch))
      #expect(
        try scene.fit(RecipeScene.net(branch)).answers(scene.split.test)
          == first.answers(scene.split.test))
      // A limit that nothing fits into: frozen stages run in every epoch.
      let bare = try RecipeScene(folder, [branch], cache: FeatureCache(mapLimit: 0))
      #expect(try bare.fit(RecipeScene.net(branch)).parameterCount == first.parameterCount)
    }
  }

  /// A branch fitted to the scene's split under another name, which decides what is drawn.
  private func fit(_ name: String, _ branch: ImageBranch, in scene: RecipeScene) throws -> Fit {
    var split = scene.split
    split.name = name
    return try RecipeScene.net(branch).fit(split, scene.context) { _ in
      throw ZooError(.conflict, "no parts", at: Place())
    }
  }

  @Test(
    "What is frozen without weights is drawn once for a seed: splits share its features, heads are drawn for each"
  )
  func frozenAsDrawn() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image("whole", [("freeze", "all")])
      let scene = try RecipeScene(folder, [branch])
      func weights(_ fit: Fit, _ prefix: String) throws -> [[Float]] {
        try #require(fit.model).classifier.store.parameters.filter { $0.key.hasPrefix(prefix) }
          .map(\.value.values)
      }
      let first = try fit("r1f1", branch, in: scene)
      let second = try fit("r1f2", branch, in: scene)
      let inner = try fit("r1f2 inner 3", branch, in: scene)
      let seed = try fit("r1f1-seed2", branch, in: scene)
      #expect(try weights(first, "image.") == weights(second, "image."))
      #expect(try weights(first, "image.") == weights(inner, "image."))
      #expect(try weights(first, "image.") != weights(seed, "image."))
      #expect(try weights(first, "head.") != weights(second, "head."))
      // Answers are those of the weights, not of what another seed left in the cache.
      for (name, cached) in [("r1f1", first), ("r1f1-seed2", seed)] {
        let bare = try fit(name, branch, in: RecipeScene(folder, [branch], cache: nil))
        let (mine, others) = (
          try logits(cached.answers(scene.split.test)), try logits(bare.answers(scene.split.test))
        )
        #expect(zip(mine, others).allSatisfy { abs($0 - $1) < 1e-4 })
      }
      // A branch that trains is drawn for every split.
      let free = try RecipeScene.image("whole")
      let plain = try RecipeScene(folder, [free])
      #expect(
        try weights(fit("r1f1", free, in: plain), "image.conv1")
          != weights(fit("r1f2", free, in: plain), "image.conv1"))
      #expect(branch.deviations.count == 1 && free.deviations.isEmpty)
    }
  }

  @Test(
    "The digest of what stays as drawn is of the frozen stages alone: training changes the others")
  func frozenInPart() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image("part", [("freeze", "layer1")])
      let scene = try RecipeScene(folder, [branch])
      func digests(_ split: String) throws -> (frozen: String, all: String) {
        let model = try #require(fit(split, branch, in: scene).model)
        return (
          try FeatureFile.digest(of: model, model.isInFrozenImageStage),
          try FeatureFile.digest(of: model) { $0.hasPrefix("image.") }
        )
      }
      let (first, second) = (try digests("r1f1"), try digests("r1f2"))
      #expect(first.frozen == second.frozen && first.all != second.all)
      #expect(try digests("r1f1-seed2").frozen != first.frozen)
    }
  }

  @Test(
    "What is drawn once for all splits is as if each had drawn it, whatever training made of it")
  func drawnOnce() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image("part", [("freeze", "layer1")])
      let scene = try RecipeScene(folder, [branch])
      let without = try RecipeScene(folder, [branch], cache: nil)
      func values(_ split: String, in scene: RecipeScene) throws -> [[Float]] {
        try #require(fit(split, branch, in: scene).model).classifier.store.parameters
          .map(\.value.values)
      }
      for split in ["r1f1", "r1f2", "r1f1-seed2", "r1f1"] {
        #expect(try values(split, in: scene) == values(split, in: without), "\(split)")
      }
    }
  }

  @Test(
    "Features that another process makes are waited for; those of a network as drawn are kept, too")
  func waits() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image("whole", [("freeze", "all")])
      let kept = "\(folder)/features"
      func answers() throws -> [Float] {
        let cache = FeatureCache(folder: FeatureFolder(path: kept, environment: []))
        let scene = try RecipeScene(folder, [branch], cache: cache)
        return try logits(scene.fit(RecipeScene.net(branch)).answers(scene.split.test))
      }
      let first = try answers()
      let files = try FileManager.default.contentsOfDirectory(atPath: kept)
      #expect(files.count == 1)
      let name = try #require(files.first)
      let path = "\(kept)/\(name)"
      let aside = "\(folder)/aside"
      try FileManager.default.moveItem(atPath: path, toPath: aside)
      // Another one is at it: it brings the file, then lets go.
      let (holds, released) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      Thread.detachNewThread {
        if let lock = try? FileLock("\(path).lock", onWait: {}) {
          holds.signal()
          usleep(400_000)
          try? FileManager.default.moveItem(atPath: aside, toPath: path)
          released.signal()
          _ = consume lock
        }
      }
      holds.wait()
      let before =
        try? FileManager.default.attributesOfItem(atPath: aside)[.systemFileNumber] as? Int
      #expect(try answers() == first)
      #expect(released.wait(timeout: .now()) == .success)
      let after = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
      #expect(before != nil && before == after)
      #expect(try FileManager.default.contentsOfDirectory(atPath: kept) == [name])
    }
  }

  private func logits(_ answers: Answers) throws -> [Float] {
    guard case .logits(let values) = answers else {
      throw ZooError(.conflict, "expected logits", at: Place())
    }
    return values
  }

  @Test("A linear probe leaves a model behind, a vote of neighbours none")
  func probes() throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image()
      let scene = try RecipeScene(folder, [branch])
      let linear = try scene.fit(ProbeRecipe(name: "a", image: branch, rule: .linear))
      let vote = try scene.fit(ProbeRecipe(name: "b", image: branch, rule: .neighbours))
      #expect(linear.model?.image?.frozen == "all" && vote.model == nil)
      #expect(linear.parameterCount == vote.parameterCount)
      for part in Split.Subset.allCases {
        for fit in [linear, vote] {
          let answers = try fit.answers(scene.split[part])
          #expect(
            answers.probabilities(of: .binary, outputs: 1).allSatisfy { (0...1).contains($0) })
          _ = try scene.context.cases.task.evaluation(scene.split[part], answers)
        }
      }
    }
  }

  @Test("A recipe of one side takes the cases that have it, one of both takes all")
  func incomplete() throws {
    let scene = try RecipeScene("", []) { cases, _ in cases[2].text = nil }
    let cases = scene.context.cases
    #expect(cases.usable(scene.split, [.text]).training == [0, 1] + Array(3..<14))
    #expect(cases.usable(scene.split, [.text]).test == scene.split.test)
    #expect(cases.usable(scene.split, [.image, .text]) == scene.split)
  }

  @Test("The cache makes a value anew where anything it depends on has changed, and only there")
  func cache() throws {
    let cache = FeatureCache()
    var made = 0
    func encoded(_ views: Int, reads: Set<FusionHeadDescription.Reading> = []) -> Int {
      let key = FeatureCache.EncodedKey(
        split: "r1f1", image: "a", text: "b", views: views, reads: reads)
      _ = cache.encoded(key) {
        made += 1
        return []
      }
      return made
    }
    #expect(encoded(1) == 1 && encoded(1) == 1)
    #expect(encoded(2) == 2 && encoded(2, reads: [.words]) == 3)
    // The one before is not held beside the last.
    #expect(encoded(2) == 4)

    var loads = 0
    func load(_ branch: ImageBranch) -> Int {
      _ = cache.weights(of: branch) {
        loads += 1
        return [:]
      }
      return loads
    }
    let branch = try RecipeScene.image()
    var other = branch
    other.name = "renamed"
    #expect(load(branch) == 1 && load(other) == 1)
    other.preprocessing.channels = 3
    #expect(load(other) == 2)

    var maps = 0
    func map(_ branch: JSONValue, drawn digest: String? = nil) -> Int {
      _ = cache.maps(
        .init(branch: "a", stages: 2), .init(branch: branch, views: 1, drawn: digest)
      ) {
        maps += 1
        return nil
      }
      return maps
    }
    #expect(map(["size": 1, "fit": "crop"]) == 1 && map(["fit": "crop", "size": 1]) == 1)
    #expect(map(["size": 2, "fit": "crop"]) == 2)
    #expect(map(["size": 2, "fit": "crop"], drawn: "0f") == 3)
  }
}
