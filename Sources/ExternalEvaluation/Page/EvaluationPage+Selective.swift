import Basics
import Evaluation

/// What is gained where a model may withhold answers.
extension EvaluationPage {
  var selectiveSection: String {
    let shown = SelectiveFigures.shown
    let body = rows.map { row -> (name: String, cells: [String]) in
      guard let figures = row.question.selective.value else {
        let reason = row.question.selective.reason ?? .noCases
        return (
          row.name, [cell(.undefined(reason), nil)] + [String](repeating: "", count: shown.count)
        )
      }
      return (
        row.name,
        shown.map { NumberText.metric(figures.risk(atCoverage: $0)) }
          + [NumberText.metric(figures.curve.area)]
      )
    }
    return section(
      "selective", "Withholding the least sure answers",
      table(
        "The share of wrong decisions, at the fixed threshold, among the cases that are kept where those nearest"
          + " the threshold are left to a person; the mean is over all shares kept (the area under the curve of"
          + " risk against coverage).",
        ["Model"] + shown.map { $0 == 1 ? "All kept" : "\(NumberText.percent($0)) kept" } + [
          "Mean"
        ],
        body))
  }
}
