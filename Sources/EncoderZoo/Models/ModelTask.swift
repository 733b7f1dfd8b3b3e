import Evaluation

/// What a model is asked about a case.
public enum ModelTask: String, Sendable, CaseIterable {
  /// A negative and a positive class: one answer.
  case binary
  /// One of several classes: an answer each, the probabilities add up to 1.
  case multiClass = "multi-class"
  /// Findings that a case may have together: an answer each, apart from the others.
  case multiLabel = "multi-label"

  init(_ kind: TaskKind) {
    self =
      switch kind {
      case .binary: .binary
      case .multiClass: .multiClass
      case .multiLabel: .multiLabel
      }
  }
}
