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
    /// What the model's calibrator makes of the logit; nil where it has none.
    package var calibrated: Double?
    /// Whether the label is there, by its threshold or as the most probable class.
    package let isPositive: Bool

    fileprivate var members: [(key: String, value: JSONValue)] {
      [("probability", probability.json), ("logit", logit.json)]
        + (calibrated.map { [("calibrated", $0.json)] } ?? [])
    }

    package var json: JSONValue {
      JSONValue(.object([("label", label.json)] + members))
    }
  }

  package let task: TaskKind
  /// The class; nil for findings that a case may have together.
  package let label: String?
  /// One for the positive class, or one for each class or finding, in the order of the labels.
  package let answers: [Answer]
  /// How calibrated probabilities were fitted; nil where there are none.
  package let calibration: String?
  /// What a person must know of the answer: what of the input is cut off or unknown.
  package let notes: [String]

  /// The prediction that one case's logits make.
  package init(_ model: TrainedModel, logits: [Double], notes: [String]) {
    let task = model.task
    let probabilities = task.probabilities(logits)
    let likeliest = probabilities.indices.reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    let calibrated = model.calibration?.probabilities(logits, task)
    let answers = zip(task.outputs(model.labels), logits).enumerated().map { index, pair in
      Answer(
        label: pair.0, logit: pair.1, probability: probabilities[index],
        calibrated: calibrated?[index],
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
    calibration = model.calibration?.sentence
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
    var members: [(key: String, value: JSONValue)]
    switch task {
    case .binary:
      members =
        [("label", label.json), ("positive", answers[0].label.json)] + answers[0].members
    case .multiClass: members = [("label", label.json), ("classes", sorted.map(\.json).json)]
    case .multiLabel:
      members = [
        ("present", sorted.filter(\.isPositive).map(\.label).json),
        ("findings", sorted.map(\.json).json),
      ]
    }
    if let calibration { members.append(("calibration", calibration.json)) }
    return JSONValue(.object(members))
  }

  /// The same for a reader.
  package var lines: [String] {
    guard task != .binary else {
      let calibrated = answers[0].calibrated.map {
        String(format: "calibrated: %.4f", $0) + (calibration.map { " (\($0))" } ?? "")
      }
      return [
        String(
          format: "%@ (probability of %@: %.4f)", label ?? "", answers[0].label,
          answers[0].probability)
      ] + [calibrated].compactMap { $0 }
    }
    let list = sorted.map { answer in
      String(format: "%.4f  %@", answer.probability, answer.label)
        + (task == .multiLabel && answer.isPositive ? "  (present)" : "")
        + (answer.calibrated.map { String(format: "  (calibrated %.4f)", $0) } ?? "")
    }
    return (label.map { [$0] } ?? []) + list + (calibration.map { ["calibrated: \($0)"] } ?? [])
  }
}
