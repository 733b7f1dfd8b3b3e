import Basics

/// A value of one metric after one epoch of training.
package struct EpochRow: MeasuredRow, Equatable {
  package static let columns = ["combination", "split", "epoch", "subset", "metric", "value"]

  package var combination: String
  package var split: String
  /// From 1; 0 is before training.
  package var epoch: Int
  /// Training or validation.
  package var subset: ResultSubset
  package var metric: ResultMetric
  package var value: Double?
  package var keys: [String] { [combination, split, "\(epoch)", subset.rawValue, metric.rawValue] }

  package init(
    combination: String, split: String, epoch: Int, subset: ResultSubset, metric: ResultMetric,
    value: Double?
  ) {
    self.combination = combination
    self.split = split
    self.epoch = epoch
    self.subset = subset
    self.metric = metric
    self.value = value
  }

  package init(keys: [String], value: Double?, at place: Place) throws {
    guard let epoch = Int(keys[2]), epoch >= 0, String(epoch) == keys[2] else {
      throw ZooError(
        .badValue, "epoch \"\(keys[2])\"; expected a whole number from 0",
        at: Place(path: place.path, line: place.line, key: "epoch"))
    }
    let row = try ResultRow(keys: [keys[0], keys[1], keys[3], keys[4]], value: value, at: place)
    self.init(
      combination: row.combination, split: row.split, epoch: epoch, subset: row.subset,
      metric: row.metric, value: value)
  }
}
