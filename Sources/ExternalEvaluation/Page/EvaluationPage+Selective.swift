import Basics
import Evaluation

/// What is gained where a model may withhold answers.
extension EvaluationPage {
  var selectiveSection: String {
    let shown = SelectiveFigures.shown
    let isEnsemble = rows.contains { $0.question.selectiveByMembers != nil }
    let body = rows.flatMap { row in
      let distance = isEnsemble ? "\(row.name) · nearest the threshold" : row.name
      let members = row.question.selectiveByMembers.map {
        line("\(row.name) · members differ most", $0)
      }
      return [line(distance, row.question.selective)] + [members].compactMap { $0 }
    }
    return section(
      "selective", "Withholding the least sure answers",
      table(
        "The share of wrong decisions, at the fixed threshold, among the cases that are kept where those nearest"
          + " the threshold are left to a person; the mean is over all shares kept (the area under the curve of"
          + " risk against coverage)."
          + (isEnsemble
            ? " Of an ensemble also where those are left on which the log-odds of its members differ most."
            : ""),
        ["Model"] + shown.map { $0 == 1 ? "All kept" : "\(NumberText.percent($0)) kept" } + [
          "Mean"
        ],
        body))
  }

  private func line(_ name: String, _ found: Determined<SelectiveFigures>) -> (
    name: String, cells: [String]
  ) {
    let shown = SelectiveFigures.shown
    switch found {
    case .undefined(let reason):
      return (name, [cell(.undefined(reason), nil)] + [String](repeating: "", count: shown.count))
    case .value(let figures):
      return (
        name,
        shown.map { NumberText.metric(figures.risk(atCoverage: $0)) }
          + [NumberText.metric(figures.curve.area)]
      )
    }
  }
}
