/// The AUROCs of a classifier that answers several questions about a case.
package struct MultiLabelAUROC: Sendable, Equatable {
  /// An area for each label; nil where it has no positive or no negative case.
  package let areas: [Double?]
  /// The mean over the labels that have one; nil where none has.
  package let mean: Double?

  /// Areas of labels and scores of shape `[cases, labels]`, row after row.
  ///
  /// - Parameters:
  ///   - labels: the true answers.
  ///   - scores: finite; higher means more likely present.
  ///   - mask: false where the answer is not known and the entry is left out; nil for all known.
  ///   - labelCount: the length of a row.
  /// - Precondition: the three have equal counts, a multiple of `labelCount`.
  package init(labels: [Bool], scores: [Double], mask: [Bool]? = nil, labelCount: Int) {
    let shape = LabelShape(labels, mask, scores.count, labelCount)
    let values = (0..<labelCount).map { label -> Double? in
      let entries = shape.entries(of: label)
      return auroc(labels: entries.map { labels[$0] }, scores: entries.map { scores[$0] })
    }
    areas = values
    mean = Evaluation.mean(values.compactMap { $0 })
  }
}
