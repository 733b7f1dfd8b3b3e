import Basics
import Evaluation
import Studies
import Training

/// The rows of `predictions.csv`: a row for each case.
///
/// A binary model gives `id,decision,probability,logit`; one of several classes or findings `id,decision`, then for
/// each label `probability_LABEL` and `logit_LABEL`, and for findings `decision_LABEL` (1 or 0) before them; its
/// `decision` names the findings that are there, with `|` between them. Where the model has calibrators, each logit is
/// followed by `calibrated` or `calibrated_LABEL`, empty for a label without one.
struct PredictionTable {
  let model: TrainedModel

  /// The names of the columns.
  var columns: [String] {
    let own =
      (model.task == .multiLabel ? ["decision"] : []) + ["probability", "logit"]
      + (model.calibration == nil ? [] : ["calibrated"])
    return ["id", "decision"]
      + (model.task == .binary
        ? own : model.labels.flatMap { label in own.map { "\($0)_\(label)" } })
  }

  /// The row of a case.
  func row(_ id: String, _ logits: [Double]) -> [String] {
    let prediction = CasePrediction(model, logits: logits, notes: [])
    let answers = prediction.answers
    let decision =
      prediction.label ?? answers.filter(\.isPositive).map(\.label).joined(separator: "|")
    var row = [id, decision]
    for answer in answers {
      if model.task == .multiLabel { row.append(answer.isPositive ? "1" : "0") }
      row += ["\(answer.probability)", "\(answer.logit)"]
      if model.calibration != nil { row.append(answer.calibrated.map { "\($0)" } ?? "") }
    }
    return row
  }
}
