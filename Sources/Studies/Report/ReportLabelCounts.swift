import Evaluation

/// How often each label, or class, is there among the cases of a study and in the subsets of its splits.
package struct ReportLabelCounts: Sendable, Equatable {
  /// The answers to one question among some cases.
  package struct Count: Sendable, Equatable {
    package var positives: Int
    package var negatives: Int
    package var unknown: Int

    package init(positives: Int, negatives: Int, unknown: Int = 0) {
      self.positives = positives
      self.negatives = negatives
      self.unknown = unknown
    }

    /// Cases whose answer is known.
    var known: Int { positives + negatives }
    /// Why nothing can be ranked by the answers; nil where both kinds are there.
    var absence: Undefined? { Evaluation.absence(positives: positives, negatives: negatives) }
  }

  /// Among all cases, one a label.
  package var all: [Count]
  /// In a subset of each split, `[splits][labels]`, in the order of the report's splits and labels.
  package var subsets: [ResultSubset: [[Count]]]

  package init(all: [Count] = [], subsets: [ResultSubset: [[Count]]] = [:]) {
    self.all = all
    self.subsets = subsets
  }

  /// The counts of one label in a subset, split by split; empty where they are not told.
  func of(_ label: Int, _ subset: ResultSubset) -> [Count] {
    (subsets[subset] ?? []).compactMap { $0.indices.contains(label) ? $0[label] : nil }
  }

  /// The splits in whose subset a label has one kind of answer alone, with the reason.
  func absences(_ label: Int, _ subset: ResultSubset, splits: [String]) -> [String: Undefined] {
    Dictionary(
      zip(splits, of(label, subset)).compactMap { split, count in
        count.absence.map { (split, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }
}

/// The least and the largest of some numbers, such as "3 to 8"; empty for none.
func spanText(_ values: [Int]) -> String {
  guard let least = values.min(), let most = values.max() else { return "" }
  return least == most ? "\(least)" : "\(least) to \(most)"
}
