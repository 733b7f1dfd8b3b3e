/// What a model is asked about each case, and the answers that are known.
package struct ClassificationTask: Sendable, Equatable {
  /// How the labels belong together.
  package enum Kind: String, Sendable {
    /// A negative and a positive class: one question.
    case binary
    /// Findings that a case may have together: a question each.
    case multiLabel = "multi-label"
  }

  package let kind: Kind
  /// The negative and the positive class, or the findings.
  package let labels: [String]
  package var targets: CaseTargets

  package init(_ kind: Kind, labels: [String], targets: CaseTargets) {
    self.kind = kind
    self.labels = labels
    self.targets = targets
  }

  /// The labels whose presence is asked for, one for each output of a model.
  package var questions: [String] { kind == .multiLabel ? labels : [labels[1]] }
}
