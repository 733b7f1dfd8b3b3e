import Basics
import Datasets
import Evaluation
import Fusion
import Images
import Registry
import TestSupport
import Testing

@testable import Training

/// Every recipe over several classes and several labels.
@Suite("Recipes of tasks with several outputs")
struct TaskRecipeTests {
  static let kinds: [TaskKind] = [.multiClass, .multiLabel]

  /// Three classes, or two labels of which the second is not known of each third case, or of all where
  /// `lacks`.
  private func scene(
    _ kind: TaskKind, _ folder: String = "", _ branches: [ImageBranch] = [],
    progress: ProgressReporter = ProgressReporter(mode: .quiet), lacks: Bool = false
  ) throws -> RecipeScene {
    try RecipeScene(folder, branches, progress: progress) { cases, task in
      let rows = cases.indices.flatMap { index -> [Float] in
        let isAbnormal = cases[index].label == "abnormal"
        if kind == .multiClass {
          return isAbnormal ? [0, 1, 0] : index % 4 < 2 ? [1, 0, 0] : [0, 0, 1]
        }
        return [isAbnormal ? 1 : 0, lacks ? 0 : index % 3 == 0 ? .nan : index % 3 == 1 ? 1 : 0]
      }
      task = ClassificationTask(
        kind,
        labels: kind == .multiClass ? ["normal", "abnormal", "other"] : ["Mass", "Effusion"],
        targets: CaseTargets(rows, outputs: kind == .multiClass ? 3 : 2))
    }
  }

  private func logits(_ fit: Fit, _ scene: RecipeScene, hiding side: BatchSource.Hidden? = nil)
    throws
    -> [Float]
  {
    guard case .logits(let values) = try fit.answers(scene.split.test, hiding: side) else {
      throw ZooError(.badValue, "no logits")
    }
    return values
  }

  @Test("An ensemble's logits are the means of its members'", arguments: kinds)
  func ensemble(kind: TaskKind) throws {
    let scene = try scene(kind)
    let recipe = try RecipeScene.words()
    let joined = try scene.fit(EnsembleRecipe(of: recipe, count: 2))
    let random = scene.context.random(scene.split, recipe.name).derived("member")
    let members = try (1...2).map {
      try logits(
        recipe.fit(scene.split, scene.context, random.derived($0), title: "member"), scene)
    }
    let found = try logits(joined, scene)
    #expect(found.count == 6 * scene.context.cases.task.targets.outputs)
    for (index, value) in found.enumerated() {
      #expect(abs(value - (members[0][index] + members[1][index]) / 2) < 1e-4)
    }
    #expect(joined.model?.task == kind)
  }

  @Test(
    "A pair starts at its parts' sum less the excess, and answers with a side missing",
    arguments: kinds)
  func pair(kind: TaskKind) throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image("whole", [("freeze", "all")])
      let scene = try scene(kind, folder, [branch])
      let parts = [
        "whole": try scene.fit(RecipeScene.net(branch)),
        "words": try scene.fit(RecipeScene.words()),
      ]
      let start = scene.context.cases.task.startLogits(scene.split.training, TrainingSettings())
      let one = try logits(try #require(parts["whole"]), scene)
      let other = try logits(try #require(parts["words"]), scene)
      for head in ["concat", "gated", "late"] {
        let still = MultimodalRecipe(
          name: head, image: "whole", text: "words",
          head: try HeadBranch(
            [
              "head": head.json, "missing": "learned", "training": ["epochs": 0],
              "fineTuning": ["epochs": 0],
            ], registry: RecipeScene.registry()))
        let fit = try scene.fit(still, parts)
        for (index, value) in try logits(fit, scene).enumerated() {
          let sum = one[index] + other[index] - start[index % start.count]
          #expect(abs(value - sum) < 1e-3, "\(head)")
        }
        let lacking = try logits(fit, scene, hiding: .image)
        #expect(lacking.count == one.count && lacking.allSatisfy(\.isFinite))
      }
      let trained = MultimodalRecipe(
        name: "trained", image: "whole", text: "words",
        head: try HeadBranch(
          [
            "head": "film", "modalityDropout": 0.3,
            "training": ["epochs": 2, "batchSize": 7, "loss": "focal"],
            "fineTuning": ["epochs": 1, "batchSize": 7],
          ], registry: RecipeScene.registry()))
      let fit = try scene.fit(trained, parts)
      #expect(fit.scores.allSatisfy(\.logLoss.isFinite) && fit.model?.task == kind)
    }
  }

  @Test(
    "A linear probe is the linear model of its features; neighbours answer each output",
    arguments: kinds)
  func probes(kind: TaskKind) throws {
    try withTemporaryFolder { folder in
      let branch = try RecipeScene.image()
      let scene = try scene(kind, folder, [branch])
      let outputs = scene.context.cases.task.targets.outputs
      let linear = try scene.fit(ProbeRecipe(name: "a", image: branch, rule: .linear))
      let vote = try scene.fit(ProbeRecipe(name: "b", image: branch, rule: .neighbours))
      #expect(linear.model?.task == kind && vote.model == nil)
      let training = scene.split.training
      let task = scene.context.cases.task
      let answers = try linear.answers(training)
      guard case .probabilities(let votes) = try vote.answers(scene.split.test) else {
        throw ZooError(.badValue, "neighbours answer in probabilities")
      }
      // It knows more of what it was fitted to than the shares alone.
      let shares = MajorityClass(task.answers(training)).probabilities(count: training.count)
      let losses = try [answers, .probabilities(shares)].map {
        try #require(try task.evaluation(training, $0)[.logLoss])
      }
      #expect(losses[0] < losses[1])
      #expect(votes.count == 6 * outputs && votes.allSatisfy { (0...1).contains($0) })
      if kind == .multiClass {
        for start in stride(from: 0, to: votes.count, by: 3) {
          #expect(abs(votes[start..<start + 3].reduce(0, +) - 1) < 1e-12)
        }
      }
    }
  }

  @Test("A label of one answer alone is told")
  func constant() throws {
    try withTemporaryFolder { folder in
      let progress = ProgressReporter(mode: .quiet) { _ in }
      let branch = try RecipeScene.image()
      let scene = try scene(.multiLabel, folder, [branch], progress: progress, lacks: true)
      _ = try scene.fit(ProbeRecipe(name: "a", image: branch, rule: .linear))
      #expect(progress.notes.contains { $0.contains("\"Effusion\" has one answer alone") })
    }
  }
}
