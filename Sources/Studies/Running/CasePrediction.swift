import Basics
import Evaluation
import Foundation
import Training

/// What a model says of a case.
package struct CasePrediction: Sendable, Equatable {
  /// How likely a label is.
  package struct Answer: Sendable, Equatable {
    package let label: String
    package let logit: Double
    /// 0…1.
    package let probability: Double
    /// Whether the label is there, by its threshold or as the most probable class.
    package let isPositive: Bool

    package var json: JSONValue {
      ["label": label.json, "probability": probability.json, "logit": logit.json]
    }
  }

  package let task: TaskKind
  /// The class; nil for findings that a case may have together.
  package let label: String?
  /// One for the positive class, or one for each class or finding, in the order of the labels.
  package let answers: [Answer]
  /// What a person must know of the answer: what of the input is cut off or unknown.
  package let notes: [String]

  /// The prediction that one case's logits make.
  package init(_ model: TrainedModel, logits: [Double], notes: [String]) {
    let task = model.task
    let probabilities = task.probabilities(logits)
    let likeliest = probabilities.indices.reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    let answers = zip(task.outputs(model.labels), logits).enumerated().map { index, pair in
      Answer(
        label: pair.0, logit: pair.1, probability: probabilities[index],
        isPositive: task == .multiClass
          ? index == likeliest : probabilities[index] >= model.thresholds[index])
    }
    (self.task, self.answers) = (task, answers)
    label =
      switch task {
      case .binary: model.labels[answers[0].isPositive ? 1 : 0]
      case .multiClass: answers[likeliest].label
      case .multiLabel: nil
      }
    self.notes = notes
  }

  /// The answers, the most probable first; equal ones in the order of the labels.
  package var sorted: [Answer] {
    answers.enumerated().sorted {
      ($1.element.probability, $0.offset) < ($0.element.probability, $1.offset)
    }.map(\.element)
  }

  /// What a model says first of a case; nil without an answer.
  ///
  /// Of classes it is the most probable, of findings the most probable of those that are present, or of all
  /// where none is.
  package var foremost: Answer? {
    (task == .multiLabel ? sorted.first(where: \.isPositive) : nil) ?? sorted.first
  }

  package var json: JSONValue {
    switch task {
    case .binary:
      [
        "label": label.json, "positive": answers[0].label.json,
        "probability": answers[0].probability.json, "logit": answers[0].logit.json,
      ]
    case .multiClass: ["label": label.json, "classes": sorted.map(\.json).json]
    case .multiLabel:
      [
        "present": sorted.filter(\.isPositive).map(\.label).json,
        "findings": sorted.map(\.json).json,
      ]
    }
  }

  /// The same for a reader.
  package var lines: [String] {
    guard task != .binary else {
      return [
        String(
          format: "%@ (probability of %@: %.4f)", label ?? "", answers[0].label,
          answers[0].probability)
      ]
    }
    let list = sorted.map {
      String(format: "%.4f  %@", $0.probability, $0.label)
        + (task == .multiLabel && $0.isPositive ? "  (present)" : "")
    }
    return (label.map { [$0] } ?? []) + list
  }
}
