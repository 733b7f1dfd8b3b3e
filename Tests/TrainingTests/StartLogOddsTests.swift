import Basics
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import Testing

@testable import Training

@Suite("Where training starts")
struct StartLogOddsTests {
  /// `count` cases of which a share is positive.
  private func targets(_ share: Double, count: Int = 100) -> CaseTargets {
    CaseTargets((0..<count).map { Double($0) < share * Double(count) ? 1 : 0 })
  }

  @Test("Log-odds follow class weights, label smoothing and what is known")
  func logOdds() {
    let all = Array(0..<100)
    var settings = TrainingSettings()
    #expect(abs(targets(0.77).logOdds(all, settings)[0] - Float(log(0.77 / 0.23))) < 1e-6)
    #expect(targets(0.5).logOdds(all, settings) == [0])
    settings.labelSmoothing = 0.1
    let smooth = 0.77 * 0.9 + 0.05
    #expect(abs(targets(0.77).logOdds(all, settings)[0] - Float(log(smooth / (1 - smooth)))) < 1e-6)
    settings.labelSmoothing = 0
    settings.classWeights = true
    #expect(abs(targets(0.77).logOdds(all, settings)[0]) < 1e-6)
    // Two findings, one of them asked of three cases alone, one of none.
    let nan = Float.nan
    let many = CaseTargets([1, nan, 0, nan, 0, nan, nan, nan], outputs: 2)
    let found = many.logOdds([0, 1, 2, 3], TrainingSettings())
    #expect(abs(found[0] - Float(log(0.5))) < 1e-6 && found[1] == 0)
    // All alike: finite.
    #expect(abs(targets(1).logOdds(all, TrainingSettings())[0] - Float(log(100.5 / 0.5))) < 1e-5)
  }

  @Test(
    "An untrained model's mean probability is the prevalence",
    arguments: [0.5, 0.77, 0.95], [true, false])
  func encoders(prevalence: Double, isImage: Bool) throws {
    let pair = try SmallPair()
    let model = try TrainedModel(
      image: isImage ? pair.image : nil, text: isImage ? nil : pair.text,
      preparation: isImage ? nil : pair.preparation,
      decoder: .init(hidden: 64, dropout: 0, featureDropout: 0), labels: ["no", "yes"],
      registry: pair.registry, store: ParameterStore(random: RandomStream(seed: 7)))
    model.classifier.startOutputs(
      at: targets(prevalence).logOdds(Array(0..<100), TrainingSettings()))
    var pass = SmallPair.makePass(.training)
    let mean = probability(model.logits(pair.batch(count: 48), &pass).values)
    #expect(abs(mean - prevalence) <= 0.03, "\(mean)")
  }

  @Test(
    "A pair counts the prevalence once",
    arguments: ["concat", "sum", "gated", "bilinear", "film", "attention", "late"],
    [Float(0), 1.2, 2.9])
  func pairs(head: String, logOdds: Float) throws {
    let pair = try SmallPair()
    let parts = try [pair.part(image: true, seed: 1), pair.part(image: false, seed: 2)]
    let model = try pair.joined(
      parts, pair.branch(smallHead(head)), logOdds: logOdds)
    let batch = pair.batch()
    var pass = SmallPair.makePass()
    let sums = zip(parts[0].logits(batch, &pass).values, parts[1].logits(batch, &pass).values)
      .map { $0 + $1 - logOdds }
    for (a, b) in zip(model.logits(batch, &pass).values, sums) {
      #expect(abs(a - b) <= 1e-4 * max(1, abs(b)))
    }
    guard head != "late" else { return }
    // From nothing it starts at the prevalence itself.
    let fresh = try pair.joined(
      parts, pair.branch(smallHead(head, [("start", "nothing")])))
    fresh.classifier.startOutputs(at: [logOdds])
    var training = SmallPair.makePass(.training)
    let mean = probability(fresh.logits(pair.batch(count: 48), &training).values)
    #expect(abs(mean - 1 / (1 + exp(-Double(logOdds)))) <= 0.03, "\(head): \(mean)")
  }

  @Test(
    "Of several classes the start is Bayes' rule for sides that are independent within each class",
    arguments: ["concat", "sum", "gated", "bilinear", "film", "attention", "late"])
  func classes(head: String) throws {
    let pair = try SmallPair(task: .multiClass, labels: ["a", "b", "c"])
    let parts = try [pair.part(image: true, seed: 1), pair.part(image: false, seed: 2)]
    let model = try pair.joined(parts, pair.branch(smallHead(head)), logOdds: -2)
    let priors = softmax([-2, -1.3, -0.6])
    let batch = pair.batch()
    func probabilities(_ model: TrainedModel) -> [[Double]] {
      var pass = SmallPair.makePass()
      let logits = model.logits(batch, &pass).values.map(Double.init)
      return stride(from: 0, to: 9, by: 3).map { softmax(Array(logits[$0..<$0 + 3])) }
    }
    let (image, text) = (probabilities(parts[0]), probabilities(parts[1]))
    for (row, found) in probabilities(model).enumerated() {
      let joint = (0..<3).map { image[row][$0] * text[row][$0] / priors[$0] }
      for k in 0..<3 { #expect(abs(found[k] - joint[k] / joint.reduce(0, +)) < 1e-4) }
    }
  }

  @Test("Sides that started elsewhere are taken back to their own start")
  func weighted() throws {
    let pair = try SmallPair()
    let parts = try [pair.part(image: true, seed: 1), pair.part(image: false, seed: 2)]
    let model = try pair.joined(parts, pair.branch(smallHead("concat")))
    model.classifier.begin(
      from: parts[0].classifier.store, parts[1].classifier.store,
      StartLogOdds(image: [0], text: [1.5], own: [1.2]))
    let batch = pair.batch()
    var pass = SmallPair.makePass()
    let sums = zip(parts[0].logits(batch, &pass).values, parts[1].logits(batch, &pass).values)
      .map { $0 + $1 - 0.3 }
    for (a, b) in zip(model.logits(batch, &pass).values, sums) { #expect(abs(a - b) <= 1e-4) }
  }

  private func probability(_ logits: [Float]) -> Double {
    logits.reduce(0) { $0 + 1 / (1 + exp(-Double($1))) } / Double(logits.count)
  }
}
