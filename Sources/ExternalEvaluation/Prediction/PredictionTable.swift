import Basics
import Evaluation
import Studies
import Training

/// The rows of `predictions.csv`: a row for each case.
///
/// A binary model gives `id,decision,probability,logit`; one of several classes or findings `id,decision`, then for
/// each label `probability_LABEL` and `logit_LABEL`, and for findings `decision_LABEL` (1 or 0) before them; its
/// `decision` names the findings that are there, with `|` between them.
struct PredictionTable {
  let model: TrainedModel

  /// The names of the columns.
  var columns: [String] {
    switch model.task {
    case .binary: ["id", "decision", "probability", "logit"]
    case .multiClass:
      ["id", "decision"] + model.labels.flatMap { ["probability_\($0)", "logit_\($0)"] }
    case .multiLabel:
      ["id", "decision"]
        + model.labels.flatMap { ["decision_\($0)", "probability_\($0)", "logit_\($0)"] }
    }
  }

  /// The row of a case.
  func row(_ id: String, _ logits: [Double]) -> [String] {
    let prediction = CasePrediction(model, logits: logits, notes: [])
    let answers = prediction.answers
    let decision =
      prediction.label ?? answers.filter(\.isPositive).map(\.label).joined(separator: "|")
    return [id, decision]
      + answers.flatMap { answer in
        (model.task == .multiLabel ? [answer.isPositive ? "1" : "0"] : [])
          + ["\(answer.probability)", "\(answer.logit)"]
      }
  }
}
