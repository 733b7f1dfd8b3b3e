/// A metric of one combination on one subset, over all its splits.
package struct ResultSummary: Sendable, Equatable {
  package let combination: String
  package let subset: ResultSubset
  package let metric: ResultMetric
  /// Defined values in the order of the splits.
  package let values: [Double]
  /// Splits in which the metric is undefined.
  package let undefined: Int

  package init(
    combination: String, subset: ResultSubset, metric: ResultMetric, values: [Double],
    undefined: Int
  ) {
    self.combination = combination
    self.subset = subset
    self.metric = metric
    self.values = values
    self.undefined = undefined
  }

  /// Over the splits in which the metric is defined; nil where it is in none.
  package var mean: Double? { Evaluation.mean(values) }
  /// With n − 1; nil below two values.
  package var standardDeviation: Double? { Evaluation.standardDeviation(values) }

  /// One summary for each combination, subset and metric of the rows, in the order of the rows of
  /// `results.csv`; the value of a split that was trained from several seeds is their mean.
  package static func summaries(
    of rows: [ResultRow], order: RowOrder = RowOrder()
  ) -> [ResultSummary] {
    struct Key: Hashable {
      let combination: String
      let subset: ResultSubset
      let metric: ResultMetric
    }
    var keys: [Key] = []
    var cells: [Key: (values: [Double], undefined: Int)] = [:]
    for row in order.sorted(SeedAverage.rows(rows)) {
      let key = Key(combination: row.combination, subset: row.subset, metric: row.metric)
      if cells[key] == nil { keys.append(key) }
      if let value = row.value {
        cells[key, default: ([], 0)].values.append(value)
      } else {
        cells[key, default: ([], 0)].undefined += 1
      }
    }
    return keys.map { key in
      let cell = cells[key] ?? ([], 0)
      return ResultSummary(
        combination: key.combination, subset: key.subset, metric: key.metric, values: cell.values,
        undefined: cell.undefined)
    }
  }
}
