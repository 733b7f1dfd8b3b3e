/// What is asked about a case.
///
/// The raw value is its name in specifications and files.
package enum TaskKind: String, CaseIterable, Sendable {
  /// A negative and a positive class: one question, one logit.
  case binary
  /// One of several classes: a logit each, which together make probabilities that add up to 1.
  case multiClass = "multi-class"
  /// Labels that a case may have together: a question and a logit each.
  case multiLabel = "multi-label"

  /// The labels that a model has an output for, of all labels in their order.
  ///
  /// - Precondition: two labels of a binary task.
  package func outputs(_ labels: [String]) -> [String] {
    self == .binary ? [labels[1]] : labels
  }

  /// The thresholds of a task before any is chosen: 0.5 for each output; none where the most probable class
  /// is chosen.
  package func thresholds(_ labels: [String]) -> [Double] {
    self == .multiClass ? [] : outputs(labels).map { _ in 0.5 }
  }

  /// The least number of labels.
  package var leastLabels: Int { self == .multiLabel ? 1 : 2 }

  /// Whether a task may have so many labels.
  package func allows(labelCount: Int) -> Bool {
    self == .binary ? labelCount == 2 : labelCount >= leastLabels
  }

  /// The probabilities of one case, one for each output, 0…1: the softmax of all logits together where a
  /// case is of one of several classes, else the sigmoid of each.
  package func probabilities(_ logits: [Double]) -> [Double] {
    self == .multiClass ? softmax(logits) : logits.map(sigmoid)
  }
}
