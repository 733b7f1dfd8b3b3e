import Basics
import Evaluation
import Foundation
import Studies
import TestSupport
import Testing
import Training

@testable import ExternalEvaluation

@Suite("Calibrated predictions")
struct CalibratedPredictionTests {
  private func model() throws -> TrainedModel {
    var model = try ShippedModel.predictor("phantom-words").model
    model.calibration = ModelCalibration.fitted(
      .platt, .binary, logits: [4, 3, -4, -3, 2, -2], targets: [1, 0, 0, 1, 1, 0], outputs: 1)
    return model
  }

  @Test(
    "One case and a table tell the calibrated probability beside the model's own, and how it was fitted"
  )
  func told() throws {
    let model = try model()
    let calibration = try #require(model.calibration)
    let prediction = CasePrediction(model, logits: [1.5], notes: [])
    let own = try #require(calibration.probabilities([1.5], .binary)[0])
    #expect(prediction.answers[0].calibrated == own && own != sigmoid(1.5))
    #expect(prediction.answers[0].probability == sigmoid(1.5))
    #expect(prediction.lines.count == 2)
    #expect(prediction.lines[1].contains("Platt, fitted on 6 validation cases"))
    let text = prediction.json.text()
    #expect(text.contains("\"calibrated\": \(own)") && text.contains("\"calibration\": \"Platt"))
    let table = PredictionTable(model: model)
    #expect(table.columns == ["id", "decision", "probability", "logit", "calibrated"])
    #expect(table.row("a", [1.5]).last == "\(own)")
    // Decisions are those of a model without calibrators.
    var plain = model
    plain.calibration = nil
    #expect(
      PredictionTable(model: plain).row("a", [1.5]) == Array(table.row("a", [1.5]).dropLast()))
    #expect(!CasePrediction(plain, logits: [1.5], notes: []).json.text().contains("calib"))
  }

  @Test("Answers nearest the threshold, or on which models differ, are withheld first")
  func selective() throws {
    // Log-odds of the threshold 0.75: log 3 = 1.0986. Wrong: the second and the third.
    let answers = QuestionAnswers(
      label: "x", ids: ["a", "b", "c", "d", "e"], labels: [true, true, false, false, false],
      logits: [4, 1, 1.3, -2, -5], clusters: [0, 1, 2, 3, 4])
    let figures = try #require(SelectiveFigures.byDistance(answers, threshold: 0.75).value)
    #expect(figures.curve.risks == [0, 0, 0, 0.25, 0.4])
    #expect(figures.risk(atCoverage: 1) == 0.4 && figures.risk(atCoverage: 0.5) == 0)
    #expect(figures.risk(atCoverage: 0.01) == 0)
    let spread = try #require(
      SelectiveFigures.byAgreement(answers, threshold: 0.75, spread: [1, 0, 3, 2, 4]).value)
    #expect(spread.curve.risks == [1, 0.5, 1.0 / 3, 0.5, 0.4])
    let none = QuestionAnswers(label: "x", ids: [], labels: [], logits: [], clusters: [])
    #expect(SelectiveFigures.byDistance(none, threshold: 0.5).reason == .noCases)
  }

  @Test("A model without internal answers is calibrated elsewhere by what it brings")
  func elsewhere() throws {
    let answers = QuestionAnswers(
      label: "abnormal", ids: (0..<40).map { "c\($0)" },
      labels: (0..<40).map { $0 % 3 == 0 }, logits: (0..<40).map { Double($0 % 7) - 3 },
      clusters: Array(0..<40))
    var settings = EvaluationSettings()
    settings.resamples = 20
    let stored = try #require(try model().calibration?.calibrators[0])
    let figures = CalibrationFigures.all(
      answers, validation: .undefined(.noInternalAnswers), stored: stored, settings)
    #expect(figures.map { $0.measures.value != nil } == [true, false, true, false])
    #expect(figures[2].measures.value?.calibrator == stored)
  }
}
