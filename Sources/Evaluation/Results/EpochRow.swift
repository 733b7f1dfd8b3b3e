/// A value of one metric after one epoch of training.
package struct EpochRow: Sendable, Equatable {
  package var combination: String
  /// As in `folds.csv`.
  package var split: String
  /// From 1; 0 is before training.
  package var epoch: Int
  /// `training` or `validation`.
  package var part: String
  /// `accuracy`, `loss` or another name.
  package var metric: String
  /// Finite; nil where the metric is undefined.
  package var value: Double?

  package init(
    combination: String, split: String, epoch: Int, part: String, metric: String, value: Double?
  ) {
    self.combination = combination
    self.split = split
    self.epoch = epoch
    self.part = part
    self.metric = metric
    self.value = value
  }
}
