import Basics

/// The metrics of a model's answers to some cases, whatever the task.
package struct TaskEvaluation: Sendable, Equatable {
  /// The figures of a task.
  package enum Figures: Sendable, Equatable {
    case binary(BinaryEvaluation)
    case multiClass(MulticlassEvaluation)
    case multiLabel(MultilabelEvaluation)
  }

  package let figures: Figures
  /// The labels that a model has an output for.
  package let outputs: [String]

  /// The evaluation of the answers of a network, or of another rule.
  ///
  /// - Parameters:
  ///   - task: what is asked.
  ///   - labels: of the task, in their order.
  ///   - targets: `[cases, outputs]`, row after row: 1 where an output's label is there, 0 where not, NaN where
  ///     that is not known.
  ///   - answers: as many.
  ///   - thresholds: from which probabilities an output counts as positive; nil for 0.5.
  /// - Throws: `ZooError` for a number that is no answer.
  /// - Precondition: as many answers as targets, in whole rows; no unknown target but of many labels.
  package init(
    _ task: TaskKind, labels: [String], targets: [Float], answers: Answers,
    thresholds: [Double]? = nil
  ) throws {
    outputs = task.outputs(labels)
    let width = outputs.count
    switch task {
    case .binary:
      let truth = targets.map { $0 > 0.5 }
      let threshold = thresholds?[0] ?? 0.5
      figures = .binary(
        try answers.map(
          logits: { try BinaryEvaluation(labels: truth, logits: $0, threshold: threshold) },
          probabilities: {
            try BinaryEvaluation(labels: truth, probabilities: $0, threshold: threshold)
          }))
    case .multiClass:
      let truth = stride(from: 0, to: targets.count, by: width).map { row in
        largestIndex(targets[row..<row + width].map(Double.init)[...])
      }
      figures = .multiClass(
        try answers.map(
          logits: { try MulticlassEvaluation(labels: truth, logits: $0, classCount: width) },
          probabilities: {
            try MulticlassEvaluation(labels: truth, probabilities: $0, classCount: width)
          }))
    case .multiLabel:
      let (truth, mask) = (targets.map { $0 > 0.5 }, targets.map { !$0.isNaN })
      figures = .multiLabel(
        try answers.map(
          logits: {
            try MultilabelEvaluation(
              answers: truth, mask: mask, logits: $0, thresholds: thresholds, labelCount: width)
          },
          probabilities: {
            try MultilabelEvaluation(
              answers: truth, mask: mask, probabilities: $0, thresholds: thresholds,
              labelCount: width)
          }))
    }
  }

  /// The value of a metric of all cases; nil where it is undefined, or of another task.
  package subscript(metric: ScoreMetric) -> Double? {
    switch figures {
    case .binary(let evaluation): evaluation[metric]
    case .multiClass(let evaluation):
      MulticlassMetric(rawValue: metric.rawValue).flatMap { evaluation[$0].value }
    case .multiLabel(let evaluation):
      MultilabelMetric(rawValue: metric.rawValue).flatMap { evaluation[$0].value }
    }
  }

  /// A metric of one label, or of one class against the rest.
  package typealias LabelMetric = (metric: ScoreMetric, label: String, value: Double?)

  /// The metrics of each label, or of each class against the rest; none of a binary task.
  package var labelMetrics: [LabelMetric] {
    switch figures {
    case .binary: []
    case .multiClass(let evaluation):
      outputs.enumerated().flatMap { index, label -> [LabelMetric] in
        let counts = evaluation.counts.against(index)
        return [
          (.auroc, label, evaluation.aurocs[index].value),
          (.sensitivity, label, counts.sensitivity), (.precision, label, counts.precision),
          (.f1, label, counts.positives == 0 ? nil : counts.f1),
        ]
      }
    case .multiLabel(let evaluation):
      zip(outputs, evaluation.labels).flatMap { label, figures -> [LabelMetric] in
        [
          (.auroc, label, figures.auroc.value),
          (.averagePrecision, label, figures.averagePrecision.value),
          (.sensitivity, label, figures.counts.sensitivity),
          (.specificity, label, figures.counts.specificity), (.f1, label, figures.f1.value),
        ]
      }
    }
  }

  /// Every metric as a row of `results.csv`, undefined ones with an empty value.
  package func rows(combination: String, split: String, subset: ResultSubset) -> [ResultRow] {
    values().map { metric, value in
      ResultRow(
        combination: combination, split: split, subset: subset, metric: metric, value: value)
    }
  }

  /// The metrics that depend on thresholds, or all of them.
  func values(thresholdsOnly: Bool = false) -> [(ResultMetric, Double?)] {
    let task: TaskKind =
      switch figures {
      case .binary: .binary
      case .multiClass: .multiClass
      case .multiLabel: .multiLabel
      }
    return
      (ScoreMetric.metrics(of: task).map { ($0, ResultMetric.score($0), self[$0]) }
      + labelMetrics.map { ($0.metric, .label($0.metric, $0.label), $0.value) })
      .filter { !thresholdsOnly || $0.0.dependsOnThreshold }.map { ($0.1, $0.2) }
  }
}
