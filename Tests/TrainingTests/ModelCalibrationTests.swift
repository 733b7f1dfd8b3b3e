import Basics
import Evaluation
import Foundation
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("Calibrators of a model")
struct ModelCalibrationTests {
  /// Sure of itself, and wrong in one of four.
  private static let logits: [Float] = [4, 3, -4, -3, 5, -5, 2, -2, 3.5, -1, 1, -2.5]
  private static let targets: [Float] = [1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0]

  private func fitted(_ kind: ModelCalibration.Kind) throws -> ModelCalibration {
    try #require(
      ModelCalibration.fitted(
        kind, .binary, logits: Self.logits, targets: Self.targets, outputs: 1))
  }

  @Test(
    "Every kind rises with the logit, and its log loss on the cases it was fitted on is the less",
    arguments: ModelCalibration.Kind.allCases)
  func fits(_ kind: ModelCalibration.Kind) throws {
    let calibration = try fitted(kind)
    #expect(calibration.cases == 12)
    func loss(_ probability: (Double) -> Double) -> Double {
      zip(Self.logits, Self.targets).reduce(0) { sum, pair in
        let p = probability(Double(pair.0))
        return sum - log(max(1e-300, pair.1 > 0.5 ? p : 1 - p))
      }
    }
    func calibrated(_ logit: Double) -> Double {
      calibration.probabilities([logit], .binary)[0] ?? .nan
    }
    #expect(loss(calibrated) < loss(sigmoid) - 0.1)
    let steps = stride(from: -8.0, through: 8, by: 0.25).map(calibrated)
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(steps.allSatisfy { (0...1).contains($0) })
  }

  @Test(
    "The description holds it whole, and what does not rise or is too few is refused",
    arguments: ModelCalibration.Kind.allCases)
  func roundTrip(_ kind: ModelCalibration.Kind) throws {
    let calibration = try fitted(kind)
    let value = try JSONValue.parse(Data(calibration.json.text().utf8))
    #expect(try ModelCalibration(value, .binary, outputs: 1) == calibration)
    #expect(
      errorText { _ = try ModelCalibration(value, .multiLabel, outputs: 2) }.contains("expected 2"))
    let falling =
      #"{"kind": "platt", "cases": 3, "calibrators": [{"kind": "platt", "slope": -1, "intercept": 0}]}"#
    let parsed = try JSONValue.parse(Data(falling.utf8))
    #expect(
      errorText { _ = try ModelCalibration(parsed, .binary, outputs: 1) }.contains("does not rise"))
  }

  @Test("A temperature of several classes is one for all; unknown answers count in no label's")
  func several() throws {
    let classes = try #require(
      ModelCalibration.fitted(
        .temperature, .multiClass, logits: [3, 0, 0, 0, 3, 0, 0, 3, 0, 0, 0, 3],
        targets: [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], outputs: 3))
    let sum = classes.probabilities([2, 1, 0], .multiClass).compactMap { $0 }.reduce(0, +)
    #expect(classes.calibrators.count == 1 && abs(sum - 1) < 1e-12)
    // Three of four are right, and softmax is e^(3/T) : 1 : 1, so e^(3/T) = 6.
    guard case .temperature(let found) = classes.calibrators[0] else {
      Issue.record("no temperature")
      return
    }
    #expect(abs(found - 3 / log(6)) < 1e-9)
    // The second label is known of one case alone: no calibrator.
    let labels = try #require(
      ModelCalibration.fitted(
        .platt, .multiLabel, logits: [2, 1, -1, 0, 1, 0, -2, 0],
        targets: [1, 1, 0, .nan, 0, .nan, 0, .nan], outputs: 2))
    #expect(labels.calibrators[0] != nil && labels.calibrators[1] == nil)
    #expect(labels.probabilities([0, 0], .multiLabel)[1] == nil)
    #expect(
      ModelCalibration.fitted(.temperature, .binary, logits: [1, -1], targets: [1, 0], outputs: 1)
        == nil)
  }

  @Test("A model's folder without calibrators is read as before; with them they come back")
  func folder() throws {
    try withTemporaryFolder { folder in
      for name in ["model.json", "model.safetensors", "vocabulary.txt"] {
        try FileManager.default.copyItem(
          atPath: packageFile("weights/phantom-words/\(name)"), toPath: "\(folder)/\(name)")
      }
      let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
      var model = try TrainedModel.read(from: folder, registry: registry)
      #expect(model.calibration == nil)
      let names = try model.write(to: "\(folder)/plain")
      #expect(names.last == "model.json")
      let plain = try String(contentsOfFile: "\(folder)/plain/model.json", encoding: .utf8)
      #expect(!plain.contains("calibration"))
      model.calibration = try fitted(.isotonic)
      try model.write(to: "\(folder)/calibrated")
      let again = try TrainedModel.read(from: "\(folder)/calibrated", registry: registry)
      #expect(again.calibration == model.calibration && again.threshold == model.threshold)
    }
  }
}
