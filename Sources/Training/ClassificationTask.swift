import Evaluation

/// What a model is asked about each case, and the answers that are known.
package struct ClassificationTask: Sendable, Equatable {
  package let kind: TaskKind
  /// The negative and the positive class, the classes in their order, or the findings.
  package let labels: [String]
  /// One answer for each output: of one of several classes a row of a single 1.
  package var targets: CaseTargets

  package init(_ kind: TaskKind, labels: [String], targets: CaseTargets) {
    self.kind = kind
    self.labels = labels
    self.targets = targets
  }

  /// The answers to some cases, for models that are no networks.
  package func answers(_ indices: [Int]) -> KnownAnswers {
    KnownAnswers(kind, targets.rows(indices), outputs: targets.outputs)
  }

  /// The labels whose presence is asked for, one for each output of a model.
  package var questions: [String] { kind.outputs(labels) }
}
