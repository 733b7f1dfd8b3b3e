import Datasets
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

  /// What a set's labels answer.
  ///
  /// - Precondition: cases of classes have one; a binary task has two.
  package init(_ kind: TaskKind, of set: CaseSet) {
    let targets: CaseTargets =
      switch kind {
      case .binary: CaseTargets(set.labelIndices.map { Float($0 ?? 0) })
      case .multiClass:
        CaseTargets(set.labelMatrix.answers.map { $0 ? 1 : 0 }, outputs: set.labels.count)
      case .multiLabel: CaseTargets(set.answers(to: set.labels), outputs: set.labels.count)
      }
    self.init(kind, labels: set.labels, targets: targets)
  }

  /// The answers to some cases, for models that are no networks.
  package func answers(_ indices: [Int]) -> KnownAnswers {
    KnownAnswers(kind, targets.rows(indices), outputs: targets.outputs)
  }

  /// The class of each of some cases, by its place among the labels.
  ///
  /// - Precondition: a task of several classes.
  package func classes(_ indices: [Int]) -> [Int] {
    precondition(kind == .multiClass, "a \(kind.rawValue) task has no classes")
    let rows = targets.rows(indices)
    let width = targets.outputs
    return indices.indices.map { row in
      (0..<width).first { rows[row * width + $0] > 0.5 } ?? 0
    }
  }

  /// The metrics of answers to some cases.
  ///
  /// - Throws: `ZooError` for a number that is no answer.
  package func evaluation(_ indices: [Int], _ answers: Answers) throws -> TaskEvaluation {
    try TaskEvaluation(kind, labels: labels, targets: targets.rows(indices), answers: answers)
  }

  /// The labels whose presence is asked for, one for each output of a model.
  package var questions: [String] { kind.outputs(labels) }
}
