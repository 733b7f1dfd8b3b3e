import Basics

/// The bootstrap of a statistic within one set of cases, clusters of cases drawn with replacement.
///
/// Every resample draws as many clusters as there are, with all cases of each. Resample i has a stream of
/// its own, derived from the given one: two statistics of one stream see the same resamples, which is
/// what pairs them.
package struct ClusterBootstrap: Sendable, Equatable {
  /// How the interval is read from the resamples.
  package enum Method: Sendable, Equatable {
    /// The quantiles α/2 and 1 − α/2 (Efron & Tibshirani 1993, chapter 13).
    case percentile
    /// Corrected for bias and for a spread that changes with the value (BCa; Efron 1987,
    /// https://doi.org/10.1080/01621459.1987.10478410), the acceleration by leaving out each cluster
    /// once: as many more values as there are clusters.
    case accelerated
  }

  /// The value of all cases.
  package let estimate: Double
  package let interval: Interval
  /// The standard deviation over resamples.
  package let standardError: Double
  /// The share of resamples below 0 plus half of those at 0, for the test of a difference.
  package let shareBelowZero: Double
  /// Resamples in which the statistic was defined.
  package let defined: Int
  /// Resamples drawn.
  package let resamples: Int
  /// How the interval was read: `percentile` also where BCa was asked for and can't be told, all resamples
  /// being on one side of the estimate.
  package let method: Method

  /// Draws resamples.
  ///
  /// - Parameters:
  ///   - clusters: what is drawn together.
  ///   - resamples: how many, 2,000 by default.
  ///   - level: the coverage of the interval, above 0 and below 1.
  ///   - method: how the interval is read.
  ///   - stream: where draws come from.
  ///   - statistic: gets the indices of the cases drawn, some repeated.
  /// - Returns: why the statistic of all cases is undefined, or `fewResamples` where fewer than half of the
  ///   resamples define it.
  /// - Throws: what `statistic` throws.
  package static func interval(
    _ clusters: CaseClusters, resamples: Int = 2000, level: Double = 0.95,
    method: Method = .percentile, stream: RandomStream,
    statistic: ([Int]) throws -> Determined<Double>
  ) rethrows -> Determined<ClusterBootstrap> {
    precondition(resamples > 0 && level > 0 && level < 1, "\(resamples) resamples at \(level)")
    let all = Array(0..<clusters.caseCount)
    let estimate: Double
    switch try statistic(all) {
    case .value(let value): estimate = value
    case .undefined(let reason): return .undefined(reason)
    }
    var values: [Double] = []
    values.reserveCapacity(resamples)
    for resample in 0..<resamples {
      let drawn = clusters.resample(stream.derived(resample))
      if let value = try statistic(drawn).value { values.append(value) }
    }
    guard values.count * 2 >= resamples, values.count > 1 else { return .undefined(.fewResamples) }
    values.sort()
    var tails = (lower: (1 - level) / 2, upper: (1 + level) / 2)
    var used = Method.percentile
    if method == .accelerated {
      let left = try clusters.leavingOneOut { try statistic($0).value }
      if let moved = accelerated(tails, estimate: estimate, sorted: values, leftOut: left) {
        (tails, used) = (moved, .accelerated)
      }
    }
    let zeros = values.count { $0 == 0 }
    return .value(
      ClusterBootstrap(
        estimate: estimate,
        interval: Interval(
          lower: quantile(tails.lower, ofSorted: values),
          upper: quantile(tails.upper, ofSorted: values)),
        standardError: standardDeviation(values) ?? 0,
        shareBelowZero: (Double(values.count { $0 < 0 }) + Double(zeros) / 2)
          / Double(values.count),
        defined: values.count, resamples: resamples, method: used))
  }

  /// The difference of two statistics of the same cases, first minus second, over the same resamples.
  ///
  /// - Returns: and throws as `interval`.
  package static func difference(
    _ clusters: CaseClusters, resamples: Int = 2000, level: Double = 0.95,
    method: Method = .percentile, stream: RandomStream,
    first: ([Int]) throws -> Determined<Double>, second: ([Int]) throws -> Determined<Double>
  ) rethrows -> Determined<ClusterBootstrap> {
    try interval(clusters, resamples: resamples, level: level, method: method, stream: stream) {
      subtract(try first($0), try second($0))
    }
  }

  /// The difference of one statistic on two sets of cases that share no cluster, such as the drop from
  /// internal to external: first minus second, each set drawn apart.
  ///
  /// - Returns: and throws as `interval`.
  package static func drop(
    _ firstClusters: CaseClusters, _ secondClusters: CaseClusters, resamples: Int = 2000,
    level: Double = 0.95, stream: RandomStream,
    first: ([Int]) throws -> Determined<Double>, second: ([Int]) throws -> Determined<Double>
  ) rethrows -> Determined<ClusterBootstrap> {
    try drop(
      firstClusters, secondClusters, resamples: resamples, level: level, stream: stream
    ) { subtract(try first($0), try second($1)) }
  }

  /// The same of a statistic of both sets at once, where what is left out on one side is left out on both.
  ///
  /// - Returns: and throws as `interval`.
  package static func drop(
    _ firstClusters: CaseClusters, _ secondClusters: CaseClusters, resamples: Int = 2000,
    level: Double = 0.95, stream: RandomStream,
    statistic: ([Int], [Int]) throws -> Determined<Double>
  ) rethrows -> Determined<ClusterBootstrap> {
    let count = firstClusters.caseCount
    // One set after the other in numbering, drawn apart: the clusters of either stay its own.
    let joined = CaseClusters(
      members: firstClusters.members + secondClusters.members.map { $0.map { $0 + count } },
      firstStratum: firstClusters.count)
    return try interval(joined, resamples: resamples, level: level, stream: stream) { drawn in
      try statistic(
        drawn.filter { $0 < count }, drawn.filter { $0 >= count }.map { $0 - count })
    }
  }

  /// A two-sided p of "no difference": twice the smaller share of resamples on either side of 0, never
  /// below 2 / (resamples + 1) (Davison & Hinkley 1997, chapter 4).
  package var twoSidedP: Double {
    let count = Double(defined)
    let side = min(shareBelowZero, 1 - shareBelowZero) * count
    return min(1, 2 * (side + 1) / (count + 1))
  }
}

private func subtract(_ a: Determined<Double>, _ b: Determined<Double>) -> Determined<Double> {
  switch (a, b) {
  case (.value(let a), .value(let b)): .value(a - b)
  case (.undefined(let reason), _), (_, .undefined(let reason)): .undefined(reason)
  }
}

/// The tails of BCa; nil where they can't be told (all resamples on one side of the estimate).
///
/// α' = Φ(z₀ + (z₀ + z_α) / (1 − a (z₀ + z_α))), z₀ = Φ⁻¹(share of resamples below the estimate, ties
/// half), a = Σ d³ / (6 (Σ d²)^1.5), d = mean of the values left-one-out less each.
private func accelerated(
  _ tails: (lower: Double, upper: Double), estimate: Double, sorted: [Double], leftOut: [Double]
) -> (lower: Double, upper: Double)? {
  let below =
    Double(sorted.count { $0 < estimate }) + Double(sorted.count { $0 == estimate }) / 2
  let share = below / Double(sorted.count)
  guard share > 0, share < 1, let center = mean(leftOut) else { return nil }
  let bias = normalQuantile(share)
  let squares = leftOut.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  let cubes = leftOut.reduce(0) { $0 + (center - $1) * (center - $1) * (center - $1) }
  let acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
  func moved(_ tail: Double) -> Double? {
    let z = bias + normalQuantile(tail)
    let under = 1 - acceleration * z
    return under > 0 ? normalCumulative(bias + z / under) : nil
  }
  guard let lower = moved(tails.lower), let upper = moved(tails.upper) else { return nil }
  return (lower, upper)
}
