/// A threshold for each label, fitted on the known answers of cases: those of the validation subset.
package struct MultilabelThresholds: Sendable, Equatable {
  /// Probabilities, one a label.
  package let values: [Double]
  /// Labels that had one class alone, so that their threshold is 0.5 by default, and why.
  package let reasons: [Undefined?]

  /// Fits a rule to each label on its own.
  ///
  /// - Parameters:
  ///   - rule: such as `.f1` or `.youden`, which is also the best balanced accuracy.
  ///   - answers: `[cases, labels]`, row after row.
  ///   - mask: false where an answer is not known; nil for all known.
  ///   - probabilities: as many.
  ///   - labelCount: the length of a row.
  /// - Precondition: equal counts, a multiple of `labelCount`.
  package init(
    _ rule: ThresholdRule, answers: [Bool], mask: [Bool]? = nil, probabilities: [Double],
    labelCount: Int
  ) {
    let shape = LabelShape(answers, mask, probabilities.count, labelCount)
    let fitted = (0..<labelCount).map { label -> (Double, Undefined?) in
      let entries = shape.entries(of: label)
      let own = entries.map { answers[$0] }
      let positives = own.count { $0 }
      return (
        rule.threshold(labels: own, probabilities: entries.map { probabilities[$0] }),
        absence(positives: positives, negatives: own.count - positives)
      )
    }
    values = fitted.map(\.0)
    reasons = fitted.map(\.1)
  }
}
