import Basics
import Datasets
import Evaluation
import Registry
import Training

/// Evaluates the models of a finished comparison on other data.
package protocol ExternalEvaluator: Sendable {
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
  package let session: Session

  package init(
    folder: String, splits: [String], combinations: [String], task: TaskKind, labels: [String],
    rule: ThresholdRule, seed: UInt64, skipsBad: Bool, session: Session
  ) {
    self.folder = folder
    self.splits = splits
    self.combinations = combinations
    self.task = task
    self.labels = labels
    self.rule = rule
    self.seed = seed
    self.skipsBad = skipsBad
    self.session = session
  }
}

/// The data sets that a study's models are evaluated on once they are trained.
///
/// All are read before anything is trained: what is wrong with them, or was seen by the starting weights, is told then.
struct ExternalSets {
  private(set) var sets: [(item: ExternalSpecification, set: CaseSet)] = []
  /// What a reader must know before the scores, in sentences.
  private(set) var warnings: [String] = []
  private(set) var notes: [String] = []

  /// Reads those of a study, whose labels are known by now.
  ///
  /// - Throws: `ZooError` for data that can't be used, and for starting weights that have seen them unless that is
  ///   allowed there.
  init(
    _ study: StudySpecification, labels: [String], skipsBad: Bool, isBegun: Bool,
    _ registry: EncoderRegistry
  ) throws {
    guard !study.probes else {
      if !study.external.isEmpty {
        notes = ["external data are passed over: a probe leaves no models"]
      }
      return
    }
    for item in study.external {
      let set = try item.load(
        labels: labels, needs: (!study.images.isEmpty, !study.texts.isEmpty), skipsBad: skipsBad)
      // All of them are tested, by every model.
      let whole = Split(
        name: item.name, index: 0, repeatIndex: 0, training: [], validation: [],
        test: Array(set.cases.indices))
      let seen = try SeenCases(
        images: study.images, texts: study.texts, of: set, item.data.origin, splits: [whole],
        registry, whose: "the external data \"\(item.name)\"")
      warnings += try seen.warnings(item.data.origin, isBegun: isBegun)
      let left =
        set.leftOut.isEmpty
        ? []
        : ["\(item.name): \(set.leftOut.count) cases are left out: \(BadCases(set.leftOut).counts)"]
      notes += item.data.notes + seen.notes + set.notes + left
      notes += [item.note(labels)].compactMap { $0 }
      sets.append((item, set))
    }
  }
}
