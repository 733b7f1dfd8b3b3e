/// A value of one metric of one combination on one part of one split.
package struct ResultRow: Sendable, Equatable {
  package var combination: String
  /// As in `folds.csv`.
  package var split: String
  /// `training`, `validation`, `test` or a `OneSidedPart`.
  package var part: String
  /// The raw value of a `BinaryMetric`, or another name.
  package var metric: String
  /// Finite; nil where the metric is undefined.
  package var value: Double?

  package init(combination: String, split: String, part: String, metric: String, value: Double?) {
    self.combination = combination
    self.split = split
    self.part = part
    self.metric = metric
    self.value = value
  }
}
