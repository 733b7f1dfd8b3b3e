import Basics

/// A value of one metric of one combination on one subset of one split.
package struct ResultRow: MeasuredRow, Equatable {
  package static let columns = ["combination", "split", "subset", "metric", "value"]

  package var combination: String
  package var split: String
  package var subset: ResultSubset
  package var metric: ResultMetric
  package var value: Double?
  package var epoch: Int { 0 }
  package var keys: [String] { [combination, split, subset.rawValue, metric.rawValue] }

  package init(
    combination: String, split: String, subset: ResultSubset, metric: ResultMetric, value: Double?
  ) {
    self.combination = combination
    self.split = split
    self.subset = subset
    self.metric = metric
    self.value = value
  }

  package init(keys: [String], value: Double?, at place: Place) throws {
    let subset =
      try ResultSubset(rawValue: keys[2])
      ?? named(keys[2], "subset", among: ResultSubset.allCases.map(\.rawValue), at: place)
    self.init(
      combination: keys[0], split: keys[1], subset: subset,
      metric: try named(keys[3], "metric", among: ScoreMetric.allCases.map(\.rawValue), at: place),
      value: value)
  }
}
