import Foundation

/// The corrected resampled t-test of two models over the same splits (Nadeau & Bengio, "Inference
/// for the generalization error", Machine Learning 52, 2003,
/// https://doi.org/10.1023/A:1024068626366).
///
/// Training parts of resampled splits overlap, so differences over splits are not independent and
/// their plain standard error is too small. With J differences of mean d̄ and variance s²,
///
///     t = d̄ / √((1/J + n_test/n_train) · s²),    J − 1 degrees of freedom, two-sided.
package struct CorrectedTTest: Sendable, Equatable {
  /// J.
  package let count: Int
  /// d̄, first model minus second.
  package let meanDifference: Double
  /// √((1/J + n_test/n_train) · s²).
  package let standardError: Double
  /// Nil where all differences are equal.
  package let t: Double?
  /// The two-sided p.
  ///
  /// Where all differences are zero it is 1; where they are all equal to another number there is no
  /// spread to compare with, and it is nil.
  package let p: Double?
  /// The corrected interval of the mean difference.
  package let interval: Interval

  /// The test of differences, one for each split; nil below two.
  ///
  /// - Parameters:
  ///   - differences: first model minus second.
  ///   - testToTrainingRatio: n_test / n_train; 0 gives the ordinary paired t-test.
  ///   - level: the coverage of the interval.
  package init?(differences: [Double], testToTrainingRatio: Double, level: Double = 0.95) {
    self.init(
      differences: differences, magnitude: differences.map(abs).max() ?? 0,
      testToTrainingRatio: testToTrainingRatio, level: level)
  }

  /// The test of two models' values on the same splits, in the same order; nil below two splits.
  ///
  /// - Precondition: as many values of the one as of the other.
  package init?(
    _ first: [Double], _ second: [Double], testToTrainingRatio: Double, level: Double = 0.95
  ) {
    precondition(first.count == second.count, "\(first.count) values against \(second.count)")
    self.init(
      differences: zip(first, second).map { $0 - $1 },
      magnitude: (first + second).map(abs).max() ?? 0,
      testToTrainingRatio: testToTrainingRatio, level: level)
  }

  private init?(
    differences: [Double], magnitude: Double, testToTrainingRatio: Double, level: Double
  ) {
    precondition(testToTrainingRatio >= 0, "ratio \(testToTrainingRatio)")
    precondition(level > 0 && level < 1, "level \(level)")
    guard let center = mean(differences), let deviation = standardDeviation(differences) else {
      return nil
    }
    count = differences.count
    // .9 − .8 and .8 − .7 differ by rounding alone: such a spread is none.
    let rounding = 1e-14 * magnitude
    let spread = deviation <= rounding ? 0 : deviation
    meanDifference = spread == 0 && abs(center) <= rounding ? 0 : center
    standardError = spread * (1 / Double(count) + testToTrainingRatio).squareRoot()
    let distribution = StudentT(degreesOfFreedom: Double(count - 1))
    if standardError > 0 {
      let statistic = meanDifference / standardError
      t = statistic
      p = distribution.twoSidedTail(statistic)
    } else {
      t = nil
      p = meanDifference == 0 ? 1 : nil
    }
    interval = Interval(
      center: meanDifference,
      halfWidth: distribution.quantile(0.5 + level / 2) * standardError)
  }
}

/// The corrected interval of a mean over splits: mean ± t · √((1/J + n_test/n_train) · s²).
///
/// - Parameters:
///   - values: one a split.
///   - testToTrainingRatio: cases of the test subset by cases of the training subset.
///   - level: how often such intervals hold the mean.
///   - bounds: what a mean can be; the interval is cut there.
/// - Returns: nil below two values.
package func correctedInterval(
  _ values: [Double], testToTrainingRatio: Double, level: Double = 0.95,
  within bounds: (lower: Double, upper: Double) = (-.infinity, .infinity)
) -> Interval? {
  let test = CorrectedTTest(
    differences: values, testToTrainingRatio: testToTrainingRatio, level: level)
  return test.map {
    Interval(
      lower: max($0.interval.lower, bounds.lower), upper: min($0.interval.upper, bounds.upper))
  }
}
