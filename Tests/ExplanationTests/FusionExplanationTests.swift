import Basics
import EncoderKit
import Fusion
import Testing
import Training

@testable import Explanation

@Suite("Attribution through fusion heads", .serialized)
struct FusionExplanationTests {
  private static let heads = ["concat", "sum", "gated", "bilinear", "film", "attention", "late"]
  private let text = "The heart is large, no effusion."

  /// A model with decoders of both sides beside the head, where the head may have them.
  private func model(_ head: String, flipAveraging: Bool = false) throws -> TrainedModel {
    let own: [String: JSONValue] = [
      "sum": ["width": 6], "gated": ["width": 6], "bilinear": ["width": 6, "rank": 2],
      "film": ["width": 6], "attention": ["width": 4, "heads": 2],
    ]
    let side = DenseDecoder.Configuration(hidden: 0, dropout: 0, featureDropout: 0)
    return try SmallModel.make(
      image: true, text: true, flipAveraging: flipAveraging,
      fusion: FusionSettings(
        head: head, options: own[head] ?? [:],
        decoders: head == "concat" ? nil : .init(image: side, text: side),
        learnsMissingModality: true)
    ) { store in
      for side in ["image", "text"] {
        store.parameter("head.\(side).output.weight")?.update { weights in
          for i in 0..<4 { weights[i] = i % 2 == 0 ? 2 : -1 }
        }
        store.parameter("head.missing.\(side)")?.update { $0[0] = 0.5 }
      }
    }
  }

  private func score(
    _ model: TrainedModel, _ varied: ModelScore.Varied, hasImage: Bool = true, hasText: Bool = true
  ) throws -> ModelScore {
    try ModelScore(
      model, image: hasImage ? SmallModel.pixels() : nil,
      words: hasText ? SmallModel.indices(text, model) : nil, varying: varied,
      kernels: ReferenceKernels())
  }

  @Test("Attributions of image and words add up to the change of the logit", arguments: heads)
  func completeness(head: String) throws {
    let model = try model(head)
    var integration = IntegratedGradients()
    integration.nodes = 200
    let whole = try score(model, .both).scores(score(model, .both).input)[0]
    for varied in [ModelScore.Varied.image, .text, .both] {
      let score = try score(model, varied)
      #expect(abs(score.scores(score.input)[0] - whole) < 1e-5)
      let path = try integration.attribute(
        score, input: score.input, baseline: [Float](repeating: 0, count: score.count))
      #expect(abs(path.change) > 0.005, "\(varied)")
      #expect(
        abs(path.delta) < 0.05 * abs(path.change) + 1e-4,
        "\(varied): \(path.delta) of \(path.change)"
      )
    }
  }

  @Test(
    "Gradients of pixels and words are the slopes, mirrored or not", arguments: heads,
    [false, true])
  func slopes(head: String, mirror: Bool) throws {
    let score = try score(model(head, flipAveraging: mirror), .both)
    let gradient = score.gradients(score.input).gradients
    let largest = gradient.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-4)
    var random = RandomStream(seed: 3)
    var agreeing = 0
    for _ in 0..<40 {
      let place = random.below(score.count)
      func value(_ step: Float) -> Double {
        var moved = score.input
        moved[place] += step
        return score.scores(moved)[0]
      }
      let slope = (value(0.01) - value(-0.01)) / 0.02
      if abs(slope - Double(gradient[place])) < 0.02 * Double(largest) + 0.05 * abs(slope) {
        agreeing += 1
      }
    }
    // A kink of ReLU or of a maximum may lie between the two points.
    #expect(agreeing >= 36, "\(agreeing) of 40")
  }

  @Test(
    "With one side missing the other is explained, and the maps of the image are there",
    arguments: heads)
  func oneSide(head: String) throws {
    let model = try model(head)
    var integration = IntegratedGradients()
    integration.nodes = 100
    for (varied, image, text) in [
      (ModelScore.Varied.image, true, false), (.text, false, true),
    ] {
      let score = try score(model, varied, hasImage: image, hasText: text)
      let path = try integration.attribute(
        score, input: score.input, baseline: [Float](repeating: 0, count: score.count))
      #expect(abs(path.delta) < 0.05 * abs(path.change) + 1e-4, "\(path.delta) of \(path.change)")
      let both = try self.score(model, varied)
      #expect(score.scores(score.input)[0] != both.scores(both.input)[0])
    }
    let maps = try score(model, .image).lastMaps()
    #expect(maps.count == 1 && maps[0].gradient.values.contains { $0 != 0 })
  }
}
