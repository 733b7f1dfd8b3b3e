import Basics

/// The percentile bootstrap of a statistic within one test subset (Efron & Tibshirani, "An
/// introduction to the bootstrap", 1993, chapter 13).
package struct Bootstrap: Sendable, Equatable {
  package let interval: Interval
  /// Resamples in which the statistic was defined.
  package let defined: Int
  /// Resamples drawn.
  package let resamples: Int

  /// Draws cases with replacement and takes the middle `level` of the statistic's values.
  ///
  /// The i-th resample has a stream of its own, derived from `stream`. The statistic gets the indices
  /// of the cases drawn, as many as `count`, some repeated, and gives nil where it is undefined, such
  /// as the area of a resample without positives. The result is nil where `count` is 0 or fewer than
  /// half of the resamples define the statistic.
  ///
  /// - Throws: what `statistic` throws.
  package init?(
    count: Int, resamples: Int = 2000, level: Double = 0.95, stream: RandomStream,
    statistic: ([Int]) throws -> Double?
  ) rethrows {
    precondition(resamples > 0 && level > 0 && level < 1, "\(resamples) resamples at \(level)")
    guard count > 0 else { return nil }
    var values: [Double] = []
    values.reserveCapacity(resamples)
    var indices = [Int](repeating: 0, count: count)
    for resample in 0..<resamples {
      var draw = stream.derived(resample)
      for i in indices.indices { indices[i] = draw.below(count) }
      if let value = try statistic(indices) { values.append(value) }
    }
    guard values.count * 2 >= resamples else { return nil }
    values.sort()
    interval = Interval(
      lower: quantile((1 - level) / 2, ofSorted: values),
      upper: quantile((1 + level) / 2, ofSorted: values))
    defined = values.count
    self.resamples = resamples
  }
}
