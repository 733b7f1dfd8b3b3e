/// How far probabilities are from the shares that come true, by bins of equal mass.
package struct CalibrationError: Sendable, Equatable {
  /// The expected calibration error, Σ_b n_b/n |observed − mean probability|.
  ///
  /// Within 0…1; of few cases it is above 0 by chance alone (Naeini and others 2015,
  /// https://doi.org/10.1609/aaai.v29i1.9602; equal mass as Nguyen & O'Connor 2015,
  /// https://arxiv.org/abs/1508.05154).
  package let expected: Double
  /// The largest difference of a bin.
  package let maximum: Double
  /// The root of Σ_b n_b/n [(observed − mean)² − observed (1 − observed) / (n_b − 1)], 0 where the sum is
  /// negative: what chance adds is taken off.
  ///
  /// Undefined where a bin holds a single case (Kumar, Liang & Ma 2019,
  /// https://arxiv.org/abs/1909.10155).
  package let debiased: Determined<Double>
  /// The expected calibration error by as many bins as keep the observed shares rising, at most 100 (ECE
  /// sweep; Roelofs and others 2022, https://arxiv.org/abs/2012.08668).
  package let sweep: Double
  /// The bins of `sweep`.
  package let sweepBins: Int

  /// The errors of probabilities.
  ///
  /// - Returns: undefined without cases.
  /// - Precondition: as many labels as probabilities, `bins` is positive.
  package static func of(labels: [Bool], probabilities: [Double], bins: Int = 10) -> Determined<
    CalibrationError
  > {
    guard !labels.isEmpty else { return .undefined(.noCases) }
    let found = ReliabilityBins(labels: labels, probabilities: probabilities, count: bins).bins
    var squares: Double? = 0
    for bin in found {
      let gap = bin.observed - bin.meanProbability
      let chance = bin.observed * (1 - bin.observed) / Double(bin.count - 1)
      squares = bin.count > 1 ? squares.map { $0 + Double(bin.count) * (gap * gap - chance) } : nil
    }
    let sweep = sweep(labels: labels, probabilities: probabilities)
    return .value(
      CalibrationError(
        expected: expected(found, labels.count),
        maximum: found.map { abs($0.observed - $0.meanProbability) }.max() ?? 0,
        debiased: Determined(
          squares.map { max(0, $0 / Double(labels.count)).squareRoot() }, else: .tooFewInBin),
        sweep: expected(sweep, labels.count), sweepBins: sweep.count))
  }

  /// The expected calibration error of each class against the rest, of which the mean is told (Kull and others
  /// 2019, https://arxiv.org/abs/1910.12656).
  ///
  /// - Parameters:
  ///   - labels: within `0..<classCount`.
  ///   - probabilities: `[cases, classes]`, row after row.
  ///   - classCount: the length of a row.
  ///   - bins: of each class.
  /// - Returns: one a class, whose mean is the classwise error; undefined without cases.
  /// - Precondition: a row for each label.
  package static func classwise(
    labels: [Int], probabilities: [Double], classCount: Int, bins: Int = 10
  ) -> Determined<[Double]> {
    precondition(
      probabilities.count == labels.count * classCount,
      "\(probabilities.count) probabilities for \(labels.count) cases of \(classCount) classes")
    guard !labels.isEmpty else { return .undefined(.noCases) }
    return .value(
      (0..<classCount).map { label in
        let own = stride(from: label, to: probabilities.count, by: classCount)
        let found = ReliabilityBins(
          labels: labels.map { $0 == label }, probabilities: own.map { probabilities[$0] },
          count: bins)
        return expected(found.bins, labels.count)
      })
  }

  private static func expected(_ bins: [ReliabilityBins.Bin], _ count: Int) -> Double {
    bins.reduce(0) { $0 + Double($1.count) * abs($1.observed - $1.meanProbability) } / Double(count)
  }

  /// The bins of the largest number, counted up from 2, up to which shares still rise.
  private static func sweep(labels: [Bool], probabilities: [Double]) -> [ReliabilityBins.Bin] {
    var best = ReliabilityBins(labels: labels, probabilities: probabilities, count: 1).bins
    for count in 2...min(100, max(2, labels.count)) {
      let next = ReliabilityBins(labels: labels, probabilities: probabilities, count: count).bins
      // Whole numbers: equal shares are equal.
      let rises = zip(next, next.dropFirst()).allSatisfy {
        $0.positives * $1.count <= $1.positives * $0.count
      }
      guard rises else { break }
      best = next
    }
    return best
  }
}
