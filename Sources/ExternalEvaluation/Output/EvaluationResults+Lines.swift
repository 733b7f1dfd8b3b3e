import Basics
import Evaluation
import Foundation

extension EvaluationResults {
  /// The main figures for a terminal: a line for each model on each data set.
  package var lines: [String] {
    results.flatMap { result in
      let means = result.macro.map { [mean($0.means[0], result)] } ?? []
      return means + result.questions.map { line($0, result) }
    }
  }

  private func line(_ question: QuestionFigures, _ result: ModelOnData) -> String {
    let name =
      "\(result.model) on \(result.data)"
      + (result.questions.count > 1 ? ", \(question.label)" : "")
    let auroc = question.estimates[.auroc].map { text($0.value, $0.interval) } ?? ""
    var parts = ["\(question.count) cases", "AUROC \(auroc)"]
    for metric in [EvaluationMetric.sensitivity, .specificity] {
      if let estimate = question.fixed.estimates[metric] {
        parts.append("\(metric.title) \(text(estimate.value, estimate.interval))")
      }
    }
    if let drop = question.drops[.auroc]?.value {
      parts.append(
        "internal less external AUROC \(NumberText.signed(drop.estimate)) (\(range(drop.interval)))"
      )
    }
    return "\(name): \(parts.joined(separator: ", "))"
  }

  private func mean(_ mean: MacroMeans.Mean, _ result: ModelOnData) -> String {
    "\(result.model) on \(result.data): mean AUROC \(text(mean.value, mean.interval)) over \(mean.defined) of"
      + " \(result.questions.count) labels"
  }

  private func text(_ value: Determined<Double>, _ interval: Determined<Interval>) -> String {
    switch value {
    case .undefined(let reason): "undefined (\(reason.sentence))"
    case .value(let value):
      NumberText.metric(value) + (interval.value.map { " (\(range($0)))" } ?? "")
    }
  }

  private func range(_ interval: Interval) -> String {
    "\(NumberText.metric(interval.lower)) to \(NumberText.metric(interval.upper))"
  }
}
