import Basics

extension ReliabilityBins {
  /// For each bin the range in which the observed share falls where the probabilities are right: a
  /// consistency band (Bröcker & Smith 2007, https://doi.org/10.1175/WAF993.1).
  ///
  /// Each resample draws cases with replacement and an outcome for each by its probability, and is
  /// counted in the same bins. A band is nil where fewer than half of the resamples reach its bin.
  ///
  /// - Parameters:
  ///   - probabilities: those of the bins.
  ///   - resamples: how many.
  ///   - level: the coverage of the band of each bin, not of all together.
  ///   - stream: where draws come from.
  /// - Returns: one for each of `bins`.
  package func consistencyBand(
    probabilities: [Double], resamples: Int = 1000, level: Double = 0.95, stream: RandomStream
  ) -> [Interval?] {
    precondition(resamples > 0 && level > 0 && level < 1, "\(resamples) resamples at \(level)")
    let places = probabilities.map { Self.place(of: $0, edges) }
    let used = Set(places).sorted()
    var shares = [[Double]](repeating: [], count: edges.count + 1)
    for resample in 0..<resamples {
      var draw = stream.derived(resample)
      var counts = [Int](repeating: 0, count: shares.count)
      var positives = counts
      for _ in probabilities.indices {
        let index = draw.below(probabilities.count)
        counts[places[index]] += 1
        if draw.uniform() < probabilities[index] { positives[places[index]] += 1 }
      }
      for bin in used where counts[bin] > 0 {
        shares[bin].append(Double(positives[bin]) / Double(counts[bin]))
      }
    }
    return used.map { bin in
      guard shares[bin].count * 2 >= resamples else { return nil }
      let sorted = shares[bin].sorted()
      return Interval(
        lower: quantile((1 - level) / 2, ofSorted: sorted),
        upper: quantile((1 + level) / 2, ofSorted: sorted))
    }
  }
}
