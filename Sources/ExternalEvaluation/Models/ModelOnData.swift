import Basics
import Datasets
import Evaluation

/// What one model answered to the cases of one data set, and the figures of it.
package struct ModelOnData: Sendable {
  /// A row of `predictions.csv`.
  struct Row: Sendable {
    let id: String
    let label: String
    /// Nil where it is not known.
    let target: Bool?
    let logit: Double
    let probability: Double
    let decision: Bool
    /// The standard deviation of the log-odds of an ensemble's members; nil for other models.
    let spread: Double?
  }

  package let data: String
  package let model: String
  /// One for each output of the model.
  package let questions: [QuestionFigures]
  /// The mean AUROC and average precision over the questions that have one; nil for a single question.
  package let macro: MacroMeans?
  package let leftOut: [LeftOut]
  /// Sentences that nobody may miss.
  package let warnings: [String]
  let rows: [Row]
  /// By question.
  let answers: [QuestionAnswers]
}
