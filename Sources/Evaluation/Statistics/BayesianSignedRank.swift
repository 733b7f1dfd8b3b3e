import Basics
import Foundation

/// How probable it is that one of two is better on the next data set, equal in practice, or worse.
///
/// The Bayesian signed-rank test: a Dirichlet process over the differences, whose prior is half an observation of no
/// difference. Benavoli et al., "Time for a change: a tutorial for comparing multiple classifiers through Bayesian
/// analysis", JMLR 18 (2017), section 4.2, https://jmlr.org/papers/v18/16-305.html.
package struct BayesianSignedRank: Sendable, Equatable {
  /// Differences smaller than this are none in practice.
  package let region: Double
  package let firstGreater: Double
  package let equivalent: Double
  package let secondGreater: Double

  /// - Parameters:
  ///   - differences: first minus second, one a data set.
  ///   - region: the half width of practical equivalence.
  ///   - samples: of the posterior; the probabilities are shares of them.
  ///   - random: what they are drawn by.
  package init(
    _ differences: [Double], region: Double = 0.01, samples: Int = 20_000,
    random: RandomStream = RandomStream(seed: 1)
  ) {
    self.region = region
    var random = random
    let values = [0] + differences
    var wins = (first: 0, none: 0, second: 0)
    for _ in 0..<samples {
      // A Dirichlet of weights one half, one, one, …: shares of gamma variates.
      let normal = random.normal()
      var weights = [normal * normal / 2]
      for _ in differences { weights.append(-log(1 - random.uniform())) }
      let total = weights.reduce(0, +)
      var (above, below) = (0.0, 0.0)
      for i in values.indices {
        for j in values.indices {
          let sum = values[i] + values[j]
          let weight = weights[i] * weights[j]
          if sum > 2 * region { above += weight } else if sum < -2 * region { below += weight }
        }
      }
      let none = total * total - above - below
      if above > max(below, none) {
        wins.first += 1
      } else if below > max(above, none) {
        wins.second += 1
      } else {
        wins.none += 1
      }
    }
    firstGreater = Double(wins.first) / Double(samples)
    equivalent = Double(wins.none) / Double(samples)
    secondGreater = Double(wins.second) / Double(samples)
  }
}
