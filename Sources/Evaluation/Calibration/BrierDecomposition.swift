/// The Brier score, mean (p − y)², and what it is made of.
///
///     Brier = reliability − resolution + uncertainty + within bins
///
/// (Murphy 1973, https://doi.org/10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2). Of probabilities in
/// bins the first three alone are not the whole score: what lies within bins is told apart (Stephenson,
/// Coelho & Jolliffe 2008, https://doi.org/10.1175/2007WAF2006116.1).
package struct BrierDecomposition: Sendable, Equatable {
  /// Within 0…1.
  package let score: Double
  /// Σ n_b/n (mean probability − observed)²: 0 where calibrated.
  package let reliability: Double
  /// Σ n_b/n (observed − prevalence)²: what the probabilities tell apart.
  package let resolution: Double
  /// Prevalence · (1 − prevalence): the score of always answering the prevalence.
  package let uncertainty: Double
  /// Variance of probabilities within bins, less twice their covariance with the labels; 0 where each
  /// bin holds one probability.
  package let withinBins: Double
  /// 1 − score / uncertainty, against always answering the prevalence; undefined where one class is
  /// absent.
  package let skill: Determined<Double>

  /// The decomposition over bins of equal mass.
  ///
  /// - Returns: undefined without cases.
  /// - Precondition: as many labels as probabilities, `bins` is positive.
  package static func of(labels: [Bool], probabilities: [Double], bins: Int = 10) -> Determined<
    BrierDecomposition
  > {
    let binned = ReliabilityBins(labels: labels, probabilities: probabilities, count: bins)
    guard !labels.isEmpty else { return .undefined(.noCases) }
    let count = Double(labels.count)
    let positives = labels.count { $0 }
    let prevalence = Double(positives) / count
    var (reliability, resolution) = (0.0, 0.0)
    for bin in binned.bins {
      let (gap, distance) = (bin.meanProbability - bin.observed, bin.observed - prevalence)
      reliability += Double(bin.count) * gap * gap / count
      resolution += Double(bin.count) * distance * distance / count
    }
    let tallies = ReliabilityBins.tallied(labels, probabilities, binned.edges)
    var (score, within) = (0.0, 0.0)
    for (label, probability) in zip(labels, probabilities) {
      let bin = tallies[ReliabilityBins.place(of: probability, binned.edges)]
      let answer: Double = label ? 1 : 0
      let off = probability - bin.meanProbability
      score += (probability - answer) * (probability - answer) / count
      within += off * (off - 2 * (answer - bin.observed)) / count
    }
    let uncertainty = prevalence * (1 - prevalence)
    return .value(
      BrierDecomposition(
        score: score, reliability: reliability, resolution: resolution, uncertainty: uncertainty,
        withinBins: within,
        skill: Determined(
          uncertainty > 0 ? 1 - score / uncertainty : nil,
          else: positives == 0 ? .noPositives : .noNegatives)))
  }
}
