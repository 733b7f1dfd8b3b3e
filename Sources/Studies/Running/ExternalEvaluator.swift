import Basics
import Datasets
import Evaluation
import Training

/// Evaluates the models of a finished comparison on other data.
package protocol ExternalEvaluator: Sendable {
  /// Looks at one data set before anything is trained.
  ///
  /// - Parameters:
  ///   - item: which data.
  ///   - set: its cases, as the study reads them.
  /// - Returns: what a person must know of the data, in sentences.
  /// - Throws: `ZooError` for groups that the data do not tell.
  func check(_ item: ExternalSpecification, _ set: CaseSet) throws -> [String]

  /// Evaluates every model on one data set, and writes what it found below `external` in the run's folder.
  ///
  /// What is there already, and was made of the same models and data, is kept.
  ///
  /// - Parameters:
  ///   - item: which data.
  ///   - set: its cases, as the study reads them.
  ///   - run: the comparison.
  /// - Returns: what the report tells.
  /// - Throws: `ZooError` for a case that can't be used, unless those are left out; `Interrupted`.
  func evaluate(_ item: ExternalSpecification, _ set: CaseSet, of run: FinishedComparison) throws
    -> ReportExternal
}

/// A comparison of which every cell is finished.
package struct FinishedComparison {
  package let folder: String
  /// The names of its splits and combinations, in their order.
  package let splits: [String]
  package let combinations: [String]
  package let task: TaskKind
  package let labels: [String]
  package let rule: ThresholdRule
  package let seed: UInt64
  package let skipsBad: Bool
  /// Combinations whose head learnt from the validation subset.
  package let fittedOnValidation: Set<String>
  package let session: Session

  package init(
    folder: String, splits: [String], combinations: [String], task: TaskKind, labels: [String],
    rule: ThresholdRule, seed: UInt64, skipsBad: Bool, fittedOnValidation: Set<String> = [],
    session: Session
  ) {
    self.folder = folder
    self.splits = splits
    self.combinations = combinations
    self.task = task
    self.labels = labels
    self.rule = rule
    self.seed = seed
    self.skipsBad = skipsBad
    self.fittedOnValidation = fittedOnValidation
    self.session = session
  }
}
