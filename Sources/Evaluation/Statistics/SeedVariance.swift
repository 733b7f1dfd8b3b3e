import Basics

/// How much of the spread of one combination's scores is by the split, and how much by the seed.
///
/// A one-way analysis of variance with random effects: scores of the same split and other seeds differ by the seed
/// alone (starting weights, order of cases, dropout). Bouthillier et al., "Accounting for variance in machine learning
/// benchmarks", MLSys 2021, https://arxiv.org/abs/2103.03098.
package struct SeedVariance: Sendable, Equatable {
  /// Splits, and seeds of each.
  package let splits: Int
  package let seeds: Int
  package let mean: Double
  /// The standard deviation between the expected scores of splits; 0 where seeds explain all, nil of one split.
  package let splitDeviation: Double?
  /// The standard deviation between seeds on the same split.
  package let seedDeviation: Double

  /// The share of the variance of a single score that is by the seed; nil where nothing varies, and of one split.
  package var seedShare: Double? {
    guard let splitDeviation else { return nil }
    let (split, seed) = (splitDeviation * splitDeviation, seedDeviation * seedDeviation)
    return split + seed > 0 ? seed / (split + seed) : nil
  }

  /// Of one combination, metric and subset of any rows.
  ///
  /// Nil where splits do not all have the same number of seeds, two at least, or where a value is undefined.
  package init?(
    _ rows: [ResultRow], combination: String, metric: ResultMetric, subset: ResultSubset = .test
  ) {
    let own = SplitName.withoutSeeds(rows.lazy.map(\.split))
    var groups: [String: [Double]] = [:]
    for row in rows
    where row.combination == combination && row.metric == metric && row.subset == subset {
      guard let value = row.value else { return nil }
      groups[own[row.split] ?? row.split, default: []].append(value)
    }
    let counts = Set(groups.values.map(\.count))
    guard let seeds = counts.first, counts.count == 1, seeds > 1 else {
      return nil
    }
    let ordered = groups.sorted { naturalOrder($0.key, $1.key) }.map(\.value)
    let means = ordered.map { $0.reduce(0, +) / Double(seeds) }
    let center = means.reduce(0, +) / Double(means.count)
    let within = zip(ordered, means).reduce(0.0) { sum, group in
      sum + group.0.reduce(0) { $0 + ($1 - group.1) * ($1 - group.1) }
    }
    let seedVariance = within / Double(means.count * (seeds - 1))
    (self.splits, self.seeds, self.mean) = (means.count, seeds, center)
    // The means of splits still hold the seeds' variance over their number.
    splitDeviation = standardDeviation(means).map { deviation in
      max(0, deviation * deviation - seedVariance / Double(seeds)).squareRoot()
    }
    seedDeviation = seedVariance.squareRoot()
  }
}
