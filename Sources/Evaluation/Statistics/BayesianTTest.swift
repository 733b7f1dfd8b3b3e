import Foundation

/// The Bayesian correlated t-test (Corani & Benavoli, "A Bayesian approach for comparing
/// cross-validated algorithms on multiple data sets", Machine Learning 100, 2015; Benavoli et al.,
/// "Time for a change", JMLR 18, 2017, https://jmlr.org/papers/v18/16-305.html).
///
/// The posterior of the mean difference is a Student t of J − 1 degrees of freedom around d̄ with
/// the scale √((1/J + n_test/n_train) · s²). Differences within ±`region` are called practically
/// equivalent. The three probabilities sum to 1.
package struct BayesianTTest: Sendable, Equatable {
  /// The half width of the region of practical equivalence, in units of the metric.
  package let region: Double
  /// The mean difference is above the region.
  package let firstGreater: Double
  /// The mean difference is within the region.
  package let equivalent: Double
  /// The mean difference is below the region.
  package let secondGreater: Double

  /// The probabilities that belong to a corrected t-test.
  ///
  /// - Precondition: `region` is not negative.
  package init(_ test: CorrectedTTest, region: Double = 0.01) {
    precondition(region >= 0, "region \(region)")
    self.region = region
    guard test.standardError > 0 else {  // all the mass in one point
      let difference = test.meanDifference
      firstGreater = difference > region ? 1 : 0
      secondGreater = difference < -region ? 1 : 0
      equivalent = abs(difference) <= region ? 1 : 0
      return
    }
    let distribution = StudentT(degreesOfFreedom: Double(test.count - 1))
    let above = distribution.cumulative((test.meanDifference - region) / test.standardError)
    let below = distribution.cumulative((-region - test.meanDifference) / test.standardError)
    firstGreater = above
    secondGreater = below
    equivalent = max(0, 1 - above - below)
  }
}
