import Basics
import EncoderKit
import Fusion
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Attribution of small models", .serialized)
struct ModelGradientTests {
  private let text = "The heart is large, no effusion."

  private func score(
    _ model: TrainedModel, _ varied: ModelScore.Varied, channels: Int = 1, image: [Float]? = nil
  ) throws -> ModelScore {
    try ModelScore(
      model, image: model.image == nil ? nil : image ?? SmallModel.pixels(channels: channels),
      words: model.text == nil ? nil : SmallModel.indices(text, model), varying: varied,
      kernels: ReferenceKernels())
  }

  private func integration(_ batch: Int = 5, nodes: Int = 50) -> IntegratedGradients {
    var settings = IntegratedGradients()
    settings.batch = batch
    settings.nodes = nodes
    return settings
  }

  @Test(
    "Gradients with respect to pixels and word vectors are the slopes",
    arguments: [ModelScore.Varied.image, .text, .both], [false, true])
  func slopes(varied: ModelScore.Varied, mirror: Bool) throws {
    let score = try score(
      SmallModel.make(image: true, text: true, flipAveraging: mirror), varied)
    #expect(score.wordCount == (varied == .image ? 0 : 6))
    #expect(score.imageCount == (varied == .text ? 0 : 576))
    let gradient = score.gradients(score.input).gradients
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
      if abs(slope - Double(gradient[place])) < 0.002 + 0.05 * abs(slope) { agreeing += 1 }
    }
    // A kink of ReLU or of a maximum may lie between the two points.
    #expect(agreeing >= 36, "\(agreeing) of 40")
    #expect(gradient.contains { abs($0) > 1e-3 })
  }

  @Test(
    "Attributions add up to the change of the logit",
    arguments: [ModelScore.Varied.image, .text, .both])
  func completeness(varied: ModelScore.Varied) throws {
    let score = try score(SmallModel.make(image: true, text: true), varied)
    let path = try integration(nodes: 200).attribute(
      score, input: score.input, baseline: [Float](repeating: 0, count: score.count))
    #expect(abs(path.change) > 0.05)
    #expect(abs(path.delta) < 0.01 * abs(path.change) + 1e-4, "\(path.delta) of \(path.change)")
    #expect(path.isComplete)
  }

  @Test("Batched equals unbatched", arguments: [ModelScore.Varied.image, .text, .both])
  func batched(varied: ModelScore.Varied) throws {
    let score = try score(SmallModel.make(image: true, text: true), varied)
    func values(_ batch: Int) throws -> [Double] {
      try integration(batch).attribute(
        score, input: score.input, baseline: [Float](repeating: 0.1, count: score.count)
      ).values
    }
    let one = try values(1)
    let largest = one.reduce(0) { max($0, abs($1)) }
    for batch in [7, 50] {
      for (a, b) in zip(one, try values(batch)) { #expect(abs(a - b) <= 1e-5 * largest) }
    }
  }

  @Test(
    "The sum of gradients is that of each, weighted",
    arguments: [ModelScore.Varied.image, .text, .both], [false, true])
  func summed(varied: ModelScore.Varied, mirror: Bool) throws {
    let score = try score(
      SmallModel.make(image: true, text: true, flipAveraging: mirror), varied)
    let weights = [0.5, -2, 0.25]
    let points = weights.flatMap { weight in score.input.map { $0 * Float(1 + weight / 8) } }
    let each = score.gradients(points)
    let (scores, sum) = score.gradientSum(points, weights: weights)
    #expect(scores == each.scores && sum.count == score.count)
    let wanted = (0..<score.count).map { place in
      weights.enumerated().reduce(0.0) { sum, item in
        sum + item.element * Double(each.gradients[item.offset * score.count + place])
      }
    }
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-3)
    for (one, other) in zip(sum, wanted) { #expect(abs(one - other) <= 1e-5 * largest) }
  }

  @Test("An image that the decoder does not read gets nothing, and all goes to the text")
  func dummy() throws {
    let model = try SmallModel.make(image: true, text: true) { store in
      store.parameter("head.hidden.weight")?.update { weights in
        // Eight units; the text's features are the last eight columns.
        let width = (store.parameter("head.hidden.weight")?.value.count ?? 0) / 8
        for row in 0..<8 {
          for column in 0..<width - 8 { weights[row * width + column] = 0 }
        }
      }
    }
    let image = try score(model, .image)
    #expect(
      try integration().attribute(
        image, input: image.input, baseline: [Float](repeating: 0, count: image.count)
      ).values.allSatisfy { $0 == 0 })
    let joint = try JointExplanation(
      score(model, .both), imageBaseline: [Float](repeating: 0, count: 576),
      #require(model.reading(text)), integration: integration())
    #expect(joint.image == 0)
    #expect(joint.imageShare == 0)
    #expect(abs(joint.text) > 0.01)
  }

  @Test("A model that averages mirror images sees both halves of a symmetric image alike")
  func symmetry() throws {
    let size = SmallModel.size
    let half = SmallModel.pixels()
    let image = (0..<size * size).map { index -> Float in
      let column = index % size
      return half[index - column + min(column, size - 1 - column)]
    }
    let model = try SmallModel.make(image: true, text: false, flipAveraging: true)
    let score = try score(model, .image, image: image)
    let values = try integration().attribute(
      score, input: score.input, baseline: [Float](repeating: 0, count: score.count)
    ).values
    let largest = values.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-4)
    for index in values.indices {
      let mirrored = index - index % size + size - 1 - index % size
      #expect(abs(values[index] - values[mirrored]) < 1e-5 * largest)
    }
  }

  @Test("Two models that compute the same get the same attributions, however they are built")
  func implementationInvariance() throws {
    // Hidden units in another order, some halved before their ReLU and doubled behind it.
    let order = [3, 1, 7, 0, 2, 6, 5, 4]
    let factors: [Float] = [2, 1, 0.5, 4, 1, 0.25, 2, 1]
    let plain = try SmallModel.make(image: true, text: true)
    let other = try SmallModel.make(image: true, text: true) { store in
      func rows(_ key: String, _ scale: (Int) -> Float) {
        store.parameter(key)?.update { values in
          let width = (store.parameter(key)?.value.count ?? 0) / 8
          let old = Array(UnsafeBufferPointer(start: values, count: 8 * width))
          for row in 0..<8 {
            for column in 0..<width {
              values[row * width + column] = old[order[row] * width + column] * scale(row)
            }
          }
        }
      }
      rows("head.hidden.weight") { factors[$0] }
      rows("head.hidden.bias") { factors[$0] }
      for key in ["weight", "bias", "running_mean"] { rows("head.norm2.\(key)") { _ in 1 } }
      rows("head.norm2.running_mean") { factors[$0] }
      // The variance's root is what it divides by: the factor goes into the weight.
      rows("head.norm2.running_var") { _ in 1 }
      store.parameter("head.norm2.weight")?.update { values in
        for row in 0..<8 { values[row] /= factors[row] }
      }
      rows("head.output.weight") { _ in 1 }
    }
    let (a, b) = (try score(plain, .both), try score(other, .both))
    #expect(abs(a.scores(a.input)[0] - b.scores(b.input)[0]) < 1e-5)
    func values(_ score: ModelScore) throws -> [Double] {
      try integration().attribute(
        score, input: score.input, baseline: [Float](repeating: 0, count: score.count)
      ).values
    }
    let (one, two) = (try values(a), try values(b))
    let largest = one.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1e-3)
    for (x, y) in zip(one, two) { #expect(abs(x - y) < 1e-5 * largest) }
  }

  @Test("Of a model of many findings the one asked for is explained", arguments: [0, 2])
  func finding(output: Int) throws {
    let model = try SmallModel.make(image: true, text: false, findings: ["a", "b", "c"])
    let score = try ModelScore(
      model, image: SmallModel.pixels(), words: nil, varying: .image, target: .logit(output),
      kernels: ReferenceKernels())
    let result = score.gradients(score.input + score.input)
    #expect(result.scores.count == 2)
    #expect(abs(result.scores[0] - score.scores(score.input)[0]) < 1e-5)
    var random = RandomStream(seed: 8)
    var agreeing = 0
    for _ in 0..<30 {
      let place = random.below(score.count)
      func value(_ step: Float) -> Double {
        var moved = score.input
        moved[place] += step
        return score.scores(moved)[0]
      }
      let slope = (value(0.01) - value(-0.01)) / 0.02
      if abs(slope - Double(result.gradients[place])) < 0.002 + 0.05 * abs(slope) { agreeing += 1 }
    }
    #expect(agreeing >= 27, "\(agreeing) of 30")
  }

  @Test("An ensemble's Grad-CAM has a map of every member and view", arguments: [false, true])
  func ensemble(mirror: Bool) throws {
    let model = try SmallModel.make(image: true, text: false, flipAveraging: mirror, members: 2)
    let branch = try #require(model.image)
    let score = try score(model, .image)
    let maps = try score.lastMaps()
    #expect(maps.count == (mirror ? 4 : 2))
    #expect(maps.allSatisfy { $0.gradient.values.contains { $0 != 0 } })
    #expect(try GradCAM().attribute(score, branch: branch).map.values.count == 576)
  }

  @Test("Frozen stages let the gradient through, and parameters get none")
  func frozen() throws {
    let plain = try score(SmallModel.make(image: true, text: false), .image)
    let model = try SmallModel.make(image: true, text: false, freeze: true)
    #expect(model.classifier.frozenImageStages > 0)
    let frozen = try score(model, .image)
    #expect(plain.gradients(plain.input).gradients == frozen.gradients(frozen.input).gradients)
    #expect(model.classifier.store.parameters.allSatisfy { $0.node.gradient == nil })
  }

  @Test("Baselines are black, the mean, and the image without its details")
  func baselines() throws {
    let model = try SmallModel.make(image: true, text: false, channels: 3)
    let branch = try #require(model.image)
    let image = SmallModel.pixels(channels: 3)
    #expect(try Baseline.black.pixels(for: image, branch: branch).allSatisfy { $0 == -1.6 })
    #expect(try Baseline.mean.pixels(for: image, branch: branch).allSatisfy { $0 == 0 })
    let blurred = try Baseline.blurred.pixels(for: image, branch: branch)
    func spread(_ values: [Float]) -> Double {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      return values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    }
    #expect(spread(blurred) < 0.7 * spread(image))
    let flat = [Float](repeating: 0.7, count: image.count)
    for value in try Baseline.blurred.pixels(for: flat, branch: branch) {
      #expect(abs(value - 0.7) < 1e-6)
    }
    // One bright pixel spreads evenly to all sides, in its channel alone.
    var point = [Float](repeating: 0, count: 9 * 9 * 3)
    point[(4 * 9 + 4) * 3 + 1] = 1
    let spot = Baseline.blurred(point, size: 9, channels: 3, sigma: 1)
    func at(_ x: Int, _ y: Int, _ c: Int) -> Float { spot[(y * 9 + x) * 3 + c] }
    #expect(at(4, 4, 0) == 0 && at(4, 4, 2) == 0)
    #expect(abs(at(3, 4, 1) - at(5, 4, 1)) < 1e-7 && abs(at(4, 3, 1) - at(5, 4, 1)) < 1e-7)
    #expect(abs(at(4, 4, 1) - 0.15924) < 1e-3)
  }

  @Test(
    "Every method gives a map of the image's size, the same twice",
    arguments: ExplanationSettings.Method.allCases, [1, 3])
  func methods(method: ExplanationSettings.Method, channels: Int) throws {
    let model = try SmallModel.make(
      image: true, text: true, flipAveraging: true, channels: channels)
    let branch = try #require(model.image)
    var settings = ExplanationSettings()
    settings.methods = [method]
    let score = try score(model, .image, channels: channels)
    for one in settings.imageMethods(for: branch) {
      let found = try one.attribute(score, branch: branch)
      #expect(found.map.height == SmallModel.size && found.map.width == SmallModel.size)
      #expect(found.map.largestMagnitude > 0)
      #expect(try one.attribute(score, branch: branch) == found)
    }
  }

  @Test("Grad-CAM weighs channels by their mean gradient and drops negative sums")
  func gradCAM() {
    let map = StageMap(
      activations: Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [1, 2, 2, 2]),
      gradient: Tensor([1, 0, 1, 0, 1, -2, 1, -2], shape: [1, 2, 2, 2]), isMirrored: false)
    // Weights 1 and −1: 1 − 2, 3 − 4, 5 − 6, 7 − 8.
    #expect(GradCAM.weighted(map) == [0, 0, 0, 0])
    let other = StageMap(
      activations: Tensor([1, 2, 3, 1, 5, 6, 7, 2], shape: [1, 2, 2, 2]),
      gradient: map.gradient, isMirrored: false)
    #expect(GradCAM.weighted(other) == [0, 2, 0, 5])
    #expect(
      GradCAM.resized([0, 1], height: 1, width: 2, to: 4)
        == (0..<4).flatMap { _ in [0, 0.25, 0.75, 1] })
  }

  @Test("Occlusion falls where the logit does")
  func occlusion() throws {
    let model = try SmallModel.make(image: true, text: false)
    let branch = try #require(model.image)
    let score = try score(model, .image)
    var whole = Occlusion()
    whole.share = 1
    whole.baseline = .black
    let map = try whole.attribute(score, branch: branch).map
    let black = try Baseline.black.pixels(for: score.input, branch: branch)
    let fall = Float(score.scores(score.input)[0] - score.scores(black)[0])
    #expect(map.values.allSatisfy { abs($0 - fall) < 1e-5 })
  }
}
