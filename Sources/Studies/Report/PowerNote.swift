import Evaluation
import Foundation

/// Which differences the splits of a study can tell, and what smaller ones would take.
struct PowerNote {
  /// The chance of finding a difference that is there.
  private static let power = 0.8
  /// The difference that is asked about.
  static let target = 0.01

  /// The smallest difference that these splits find with that chance.
  let found: Double
  /// The same with any number of splits of the same cases.
  let limit: Double
  /// How many splits find `target`; nil where no number of them does.
  let splits: Int?
  /// How many times the cases it takes, at the same number of splits.
  let cases: Double

  /// From the median spread of the differences of all pairs; nil where no pair has one.
  ///
  /// The variance of a mean difference is (1/J + n_test/n_train) s² (Nadeau and Bengio 2003). A difference is found
  /// with the chance `power` where it is as many standard errors as the quantiles of Student's t for the level and for
  /// the power together, which is an approximation. More cases are taken to lessen s² in proportion.
  init?(_ comparisons: PairComparisons) {
    let ratio = comparisons.testToTrainingRatio
    let tests = comparisons.pairs.map(\.test).filter { $0.standardError > 0 }
    let spreads = tests.map { test -> (Int, Double) in
      let share: Double = 1 / Double(test.count) + ratio
      return (test.count, test.standardError / share.squareRoot())
    }.sorted { $0.1 < $1.1 }
    guard !spreads.isEmpty, comparisons.metric.bounds.upper == 1 else { return nil }
    let (count, spread) = spreads[spreads.count / 2]
    func found(_ splits: Double) -> Double {
      let law = StudentT(degreesOfFreedom: max(1, splits - 1))
      let quantiles = law.quantile(0.975) + law.quantile(Self.power)
      return quantiles * spread * (1 / splits + ratio).squareRoot()
    }
    self.found = found(Double(count))
    limit = (normalQuantile(0.975) + normalQuantile(Self.power)) * spread * ratio.squareRoot()
    splits = limit >= Self.target ? nil : (2...10_000).first { found(Double($0)) <= Self.target }
    cases = (self.found / Self.target) * (self.found / Self.target)
  }

  /// The note, in a sentence or two.
  func sentence(_ metric: ScoreMetric, splits count: Int) -> String {
    func text(_ value: Double) -> String { String(format: "%.3f", value) }
    let start =
      "With a chance of 80 % these \(count) splits find a difference of \(text(found)) in \(metric.title) between two"
      + " combinations (the median pair, two-sided at 5 %)."
    if found <= Self.target { return start }
    let more =
      splits.map { " Some \($0) splits of these cases would find \(text(Self.target))" }
      ?? " No number of splits of these cases would bring it below \(text(limit))"
    return start + more
      + "; with as many splits, \(text(Self.target)) takes about \(Int(cases.rounded(.up))) times the cases."
  }
}
