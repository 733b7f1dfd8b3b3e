import Basics

/// Rows of splits that were trained from several seeds, as one a split.
package enum SeedAverage {
  /// The mean over the seeds of each split; rows of a split that has one seed are as they were.
  ///
  /// Seeds of one split share all their cases: taken as splits of their own they would make tests too sure. A value
  /// that is undefined for one seed is undefined for the split.
  package static func rows(_ rows: [ResultRow]) -> [ResultRow] {
    let own = SplitName.withoutSeeds(rows.lazy.map(\.split))
    guard own.contains(where: { $0.key != $0.value }) else { return rows }
    struct Key: Hashable {
      let combination: String
      let split: String
      let subset: ResultSubset
      let metric: ResultMetric
    }
    var keys: [Key] = []
    var values: [Key: [Double?]] = [:]
    for row in rows {
      let key = Key(
        combination: row.combination, split: own[row.split] ?? row.split, subset: row.subset,
        metric: row.metric)
      if values[key] == nil { keys.append(key) }
      values[key, default: []].append(row.value)
    }
    return keys.map { key in
      let found = values[key] ?? []
      let defined = found.compactMap { $0 }
      return ResultRow(
        combination: key.combination, split: key.split, subset: key.subset, metric: key.metric,
        value: defined.count == found.count ? mean(defined) : nil)
    }
  }
}
