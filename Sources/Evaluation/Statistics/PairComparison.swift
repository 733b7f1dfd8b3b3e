import Foundation

/// What the splits say about two combinations.
package struct PairComparison: Sendable, Equatable {
  package let first: String
  package let second: String
  package let metric: ScoreMetric
  /// First minus second, one for each split.
  package let test: CorrectedTTest
  /// Adjusted over all pairs compared together.
  package let holmP: Double?
  package let bayesian: BayesianTTest

  package init(
    first: String, second: String, metric: ScoreMetric, test: CorrectedTTest,
    holmP: Double?, bayesian: BayesianTTest
  ) {
    self.first = first
    self.second = second
    self.metric = metric
    self.test = test
    self.holmP = holmP
    self.bayesian = bayesian
  }

  /// The 95 % interval of the difference, as far as a difference of this metric can go.
  package var interval: Interval {
    let bounds = metric.bounds
    let width = bounds.upper - bounds.lower
    return Interval(
      lower: max(test.interval.lower, -width), upper: min(test.interval.upper, width))
  }

  /// The level below which an adjusted p is called significant.
  package static let significanceLevel = 0.05

  /// Whether the adjusted p is below 0.05; nil where it is undefined.
  package var isSignificant: Bool? { holmP.map { $0 < Self.significanceLevel } }

  /// The name of the better one where the difference is significant.
  package var better: String? {
    guard isSignificant == true else { return nil }
    return (test.meanDifference > 0) == metric.higherIsBetter ? first : second
  }

  /// The outcome in words, such as "no significant difference".
  package var verdict: String {
    switch isSignificant {
    case true: "\(better ?? first) is better"
    case false: "no significant difference"
    case nil: "no test: the difference is the same in every split"
    }
  }
}
