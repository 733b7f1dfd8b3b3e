import Basics
import Datasets
import Evaluation
import Studies
import Training

/// From which probabilities on a published model says its labels, and how they were chosen.
struct OperatingPoint {
  /// One for each output; none where the most probable class is chosen.
  let thresholds: [Double]
  /// As a manifest calls it.
  let rule: String
  /// Findings of which validation holds no positive or no negative case: their threshold is 0.5.
  let unfitted: [String]

  /// The point that is asked for; a rule is fitted to the validation subset, to each finding by itself.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where the most probable class is chosen, `.notFound` where there
  ///   is no validation case.
  init(_ asked: BundleSettings.Threshold, _ model: TrainedModel, _ record: RunRecord) throws {
    if asked != .model, model.task == .multiClass {
      throw ZooError(
        .unsupported,
        "a threshold is chosen for a model of two classes or of findings; of this one's "
          + "\(model.labels.count) classes the most probable is chosen",
        advice: "leave out --threshold")
    }
    switch asked {
    case .model:
      (thresholds, unfitted) = (model.thresholds, [])
      rule = thresholds.allSatisfy { $0 == 0.5 } ? "default" : "given"
    case .given(let value):
      (thresholds, rule, unfitted) = (model.thresholds.map { _ in value }, "given", [])
    case .fitted(let chosen):
      let rows = record.logits.filter { $0.subset == .validation }
      guard !rows.isEmpty else {
        throw ZooError(.notFound, "the run has no validation cases to choose a threshold on")
      }
      let outputs = model.task.outputs(model.labels)
      let groups = outputs.map { label in
        model.task == .binary ? rows : rows.filter { $0.label == label }
      }
      thresholds = groups.map { own in
        chosen.threshold(
          labels: own.map(\.isPositive), probabilities: own.map { sigmoid($0.logit) })
      }
      if case .fixed = chosen { rule = "given" } else { rule = chosen.name }
      unfitted = zip(outputs, groups).filter { Set($1.map(\.isPositive)).count < 2 }.map(\.0)
    }
  }
}
