import Basics
import Evaluation
import Pages

/// Calibration, decision curves, conformal sets.
extension EvaluationPage {
  var calibrationSection: String {
    let shown = rows.map { row in
      let body = row.question.calibration.map { figures -> (name: String, cells: [String]) in
        (figures.kind.title, calibrationCells(figures))
      }
      return table(
        "\(row.name): probabilities as they are, and after calibrators that were fitted on internal validation"
          + " cases alone. A slope of 1 and an intercept of 0 are right; a slope below 1 says that probabilities are"
          + " too extreme.",
        [
          "Calibrated by", "Slope", "Intercept (slope 1)", "ECE", "ECE, debiased", "Brier score",
          "Reliability", "Resolution", "Log loss",
        ], body)
        + "<div class=\"panels\">\(reliability(row.question))\(netBenefit(row.question))</div>\n"
    }
    let first = shown.prefix(4).joined()
    let rest = shown.dropFirst(4)
    return section(
      "calibration", "Calibration",
      first + (rest.isEmpty ? "" : fold("\(rest.count) more", rest.joined())))
  }

  private func calibrationCells(_ figures: CalibrationFigures) -> [String] {
    switch figures.measures {
    case .undefined(let reason):
      return [cell(.undefined(reason), nil)] + [String](repeating: "", count: 7)
    case .value(let found):
      return [
        cell(found.slope.map(\.slope), found.slope.map(\.slopeInterval)),
        cell(found.slope.map(\.inTheLarge), found.slope.map(\.inTheLargeInterval)),
        cell(found.error.map(\.expected), nil),
        cell(flattened(found.error.map(\.debiased)), nil),
        cell(found.brier.map(\.score), nil), cell(found.brier.map(\.reliability), nil),
        cell(found.brier.map(\.resolution), nil), cell(found.logLoss, nil),
      ]
    }
  }

  private func flattened(_ value: Determined<Determined<Double>>) -> Determined<Double> {
    switch value {
    case .value(let inner): inner
    case .undefined(let reason): .undefined(reason)
    }
  }

  /// The reliability diagram: before calibration with its band, after the first calibrator that there is.
  private func reliability(_ question: QuestionFigures) -> String {
    let known = question.calibration.compactMap { figures in
      figures.measures.value.map { (kind: figures.kind, measures: $0) }
    }
    let chosen = known.filter { [.none, .platt].contains($0.kind) }
    let curves = chosen.enumerated().map { place, item in
      LineChart.Curve(
        label: item.kind.title,
        points: item.measures.bins.map { (x: $0.meanProbability, y: $0.observed) },
        control: place == 0 ? [(x: 0, y: 0), (x: 1, y: 1)] : [],
        band: place > 0
          ? []
          : zip(item.measures.bins, item.measures.band).compactMap { bin, band in
            band.map { (x: bin.meanProbability, lower: $0.lower, upper: $0.upper) }
          })
    }
    guard !curves.isEmpty else { return "" }
    let chart = LineChart(
      title: "Reliability: share of positives by mean probability of a bin",
      xTitle: "mean probability", curves: curves)
    return chart.panel.replacing(
      "</figure>",
      with: chart.legend
        + "<p class=\"sd\">The straight line is right; in the strip the shares fall where the model's"
        + " probabilities are.</p></figure>")
  }

  private func netBenefit(_ question: QuestionFigures) -> String {
    guard let curve = question.decisionCurve.value else { return "" }
    // What harms more than this is off the chart.
    let floor = -0.05
    func points(_ value: KeyPath<DecisionCurve.Point, Double>) -> [(x: Double, y: Double)] {
      curve.points.map { (x: $0.threshold, y: $0[keyPath: value]) }.filter { $0.y >= floor }
    }
    let chart = LineChart(
      title: "Decision curve: net benefit by threshold", xTitle: "threshold",
      range: floor...max(curve.prevalence, 0.05),
      curves: [
        LineChart.Curve(label: "the model", points: points(\.model)),
        LineChart.Curve(label: "calling all positive", points: points(\.all)),
        LineChart.Curve(
          label: "calling none positive", points: [(x: 0.01, y: 0), (x: 0.99, y: 0)]),
      ])
    return chart.plainPanel.replacing("</figure>", with: "\(chart.legend)</figure>")
  }

  var conformalSection: String {
    let body = rows.flatMap { row -> [(name: String, cells: [String])] in
      guard let all = row.question.conformal.value else {
        let reason = row.question.conformal.reason ?? .noInternalAnswers
        return [(row.name, [cell(.undefined(reason), nil)] + [String](repeating: "", count: 4))]
      }
      return all.map { figures in
        let outside = figures.outside.value
        return (
          "\(row.name) · \(figures.sets.isClassConditional ? "by class" : "marginal")",
          [
            coverage(figures.inside.map(\.marginal)), coverage(figures.outside.map(\.marginal)),
            coverage(figures.outside.map { $0.byClass[1] }),
            coverage(figures.outside.map { $0.byClass[0] }),
            outside.map { NumberText.fixed($0.meanSize, digits: 2) } ?? "–",
          ]
        )
      }
    }
    let wanted = NumberText.percent(1 - results.settings.miss)
    return section(
      "conformal", "Conformal sets",
      table(
        "Sets of answers that shall hold the true one in \(wanted) of cases, calibrated on internal validation"
          + " cases. The promise holds for cases of the same kind; the coverage outside tells how far it does here.",
        [
          "Model and sets", "Coverage inside", "Coverage outside", "of positive cases",
          "of negative cases", "Mean size outside",
        ], body))
  }

  private func coverage(_ share: Determined<ConformalCoverage.Share>) -> String {
    switch share {
    case .undefined(let reason): cell(.undefined(reason), nil)
    case .value(let share):
      cell(share.value, share.interval.map { .value($0) })
        + "<span class=\"sd\">\(share.covered) of \(share.count)</span>"
    }
  }
}
