import Basics
import EncoderKit
import Evaluation
import Foundation
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("What of a model's logits is explained")
struct ScoreTargetTests {
  private let logits: [Float] = [0.5, -1, 2, 0.25]

  @Test("The log-odds of a class have its softmax probability for a sigmoid")
  func probability() {
    let sum = logits.reduce(0) { $0 + exp(Double($1)) }
    for index in logits.indices {
      let score = ScoreTarget.oddsAgainstRest(index).score(logits[...])
      #expect(abs(1 / (1 + exp(-score)) - exp(Double(logits[index])) / sum) < 1e-12)
    }
    #expect(ScoreTarget.contrast(2, against: 0).score(logits[...]) == 1.5)
    #expect(ScoreTarget.logit(3).score(logits[...]) == 0.25)
    let large: [Float] = [1000, -1000, 0]
    #expect(ScoreTarget.oddsAgainstRest(0).score(large[...]) == 1000)
  }

  @Test(
    "Slopes are those of the number, by finite differences, within a larger array too",
    arguments: [
      ScoreTarget.logit(1), .oddsAgainstRest(0), .oddsAgainstRest(2), .contrast(1, against: 3),
    ])
  func slopes(target: ScoreTarget) {
    let all: [Float] = [9, 9] + logits
    let slopes = target.slopes(all[2...])
    for index in logits.indices {
      var (up, down) = (all, all)
      up[2 + index] += 0.01
      down[2 + index] -= 0.01
      let difference = (target.score(up[2...]) - target.score(down[2...])) / 0.02
      #expect(abs(Double(slopes[index]) - difference) < 1e-4, "\(index)")
    }
  }
}

@Suite("Explanations of one class of several", .serialized)
struct ClassExplanationTests {
  private let classes = ["none", "mass", "edema"]

  private func model(_ task: TaskKind) throws -> TrainedModel {
    try SmallModel.make(image: true, text: true, findings: classes, task: task) { store in
      // Rows of the last layer that differ, so that classes do.
      store.parameter("head.output.weight")?.update { weights in
        for index in 0..<24 { weights[index] = Float(index % 5) - 2 }
      }
    }
  }

  private func attributed(
    _ task: TaskKind, _ target: ScoreTarget, _ varied: ModelScore.Varied
  ) throws -> (sum: Double, change: Double, map: [Double]) {
    let model = try model(task)
    let score = try ModelScore(
      model, image: SmallModel.pixels(),
      words: SmallModel.indices("The heart is large, no effusion.", model), varying: varied,
      target: target, kernels: ReferenceKernels())
    var settings = IntegratedGradients()
    settings.nodes = 200
    let path = try settings.attribute(
      score, input: score.input, baseline: [Float](repeating: 0, count: score.count))
    return (path.values.reduce(0) { $0 + $1 }, path.change, path.values)
  }

  @Test(
    "Contrasts and classes are complete: attributions add up to the change of what is explained",
    arguments: [ModelScore.Varied.image, .text, .both],
    [ScoreTarget.oddsAgainstRest(1), .contrast(2, against: 1)])
  func completeness(varied: ModelScore.Varied, target: ScoreTarget) throws {
    let found = try attributed(.multiClass, target, varied)
    #expect(abs(found.change) > 0.02)
    #expect(abs(found.sum - found.change) < 0.03 * abs(found.change) + 1e-3)
  }

  @Test("Two labels of one image have different maps, and their contrast is the difference")
  func contrast() throws {
    let mass = try attributed(.multiLabel, .logit(1), .image)
    let edema = try attributed(.multiLabel, .logit(2), .image)
    let both = try attributed(.multiLabel, .contrast(2, against: 1), .image)
    #expect(zip(mass.map, edema.map).contains { abs($0 - $1) > 1e-3 })
    for (index, value) in both.map.enumerated() {
      #expect(abs(value - (edema.map[index] - mass.map[index])) < 1e-4)
    }
    #expect(abs(both.change - (edema.change - mass.change)) < 1e-4)
  }

  @Test("What can't be contrasted is refused with what to do")
  func refused() throws {
    func message(_ task: TaskKind, _ finding: String?, _ other: String?) throws -> String {
      let own = task == .binary ? try SmallModel.make(image: true, text: false) : try model(task)
      return errorText {
        _ = try Explainer(
          own, folder: "m", finding: finding, against: other, kernels: ReferenceKernels(),
          settings: ExplanationSettings())
      }
    }
    #expect(
      try message(.multiClass, nil, nil).contains("the model answers 3 classes; one is asked about")
    )
    #expect(try message(.multiLabel, "mass", "mass").contains("in contrast to itself"))
    #expect(try message(.multiLabel, "mass", "edma").contains("did you mean \"edema\""))
    #expect(try message(.binary, nil, "mass").contains("leave out --against"))
    #expect(try message(.multiClass, "mass", "edema") == "")
  }
}
