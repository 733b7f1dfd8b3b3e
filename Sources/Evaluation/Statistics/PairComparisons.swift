import Foundation

/// All pairs of some combinations, and each of them against some references, compared by one metric of
/// one subset over the same splits.
package struct PairComparisons: Sendable, Equatable {
  /// A pair that can't be compared, and why.
  package struct Skipped: Sendable, Equatable {
    package let first: String
    package let second: String
    package let reason: String
  }

  package let metric: ScoreMetric
  /// The subset's name, for readers.
  package var subset: String { scored.rawValue }
  private let scored: ResultSubset
  /// n_test / n_train, as used in the correction.
  package let testToTrainingRatio: Double
  package var pairs: [PairComparison] = []
  package var skipped: [Skipped] = []
  /// Each combination (first) against each reference (second), such as a baseline.
  package var againstReferences: [PairComparison] = []

  /// Compares every pair of `names`, in their order; Holm's adjustment runs over all pairs.
  ///
  /// It runs anew over the comparisons with references, which answer another question.
  ///
  /// Two combinations are compared only where both have the metric on the very same splits, at
  /// least two of them; the value of a split that was trained from several seeds is their mean.
  ///
  /// - Parameters:
  ///   - names: the combinations to compare.
  ///   - references: what each of them is compared with, but not among themselves.
  ///   - rows: of any combination, subset and metric.
  ///   - metric: the metric to compare by.
  ///   - subset: the subset to compare on.
  ///   - testToTrainingRatio: cases of the test subset by cases of the training subset, the mean over
  ///     splits.
  ///   - region: the half width of practical equivalence.
  package init(
    names: [String], references: [String] = [], rows: [ResultRow], metric: ScoreMetric,
    subset: ResultSubset = .test, testToTrainingRatio: Double, region: Double = 0.01
  ) {
    self.metric = metric
    scored = subset
    self.testToTrainingRatio = testToTrainingRatio
    var values: [String: [String: Double?]] = [:]
    let own = rows.filter { $0.metric == .score(metric) && $0.subset == subset }
    for row in SeedAverage.rows(own) {
      values[row.combination, default: [:]][row.split] = .some(row.value)
    }
    var skipped: [Skipped] = []
    func compared(_ pairs: [(String, String)]) -> [PairComparison] {
      var tests: [(first: String, second: String, test: CorrectedTTest)] = []
      for (first, second) in pairs {
        switch Self.test(values[first] ?? [:], values[second] ?? [:], testToTrainingRatio) {
        case .success(let test): tests.append((first, second, test))
        case .failure(let refusal):
          skipped.append(Skipped(first: first, second: second, reason: refusal.reason))
        }
      }
      return zip(tests, holmAdjusted(tests.map(\.test.p))).map { pair, holmP in
        PairComparison(
          first: pair.first, second: pair.second, metric: metric, test: pair.test,
          holmP: holmP, bayesian: BayesianTTest(pair.test, region: region))
      }
    }
    pairs = compared(
      names.enumerated().flatMap { index, first in names[(index + 1)...].map { (first, $0) } })
    self.skipped = skipped
    againstReferences = compared(names.flatMap { name in references.map { (name, $0) } })
  }

  private struct Refusal: Error { let reason: String }

  private static func test(
    _ first: [String: Double?], _ second: [String: Double?], _ ratio: Double
  ) -> Result<CorrectedTTest, Refusal> {
    let splits = first.keys.sorted(by: naturalOrder)
    guard splits == second.keys.sorted(by: naturalOrder) else {
      let shared = splits.count { second[$0] != nil }
      return .failure(
        Refusal(
          reason: "their splits differ: \(first.count) and \(second.count), \(shared) in common"))
    }
    if let split = splits.first(where: { first[$0] == .some(nil) || second[$0] == .some(nil) }) {
      return .failure(Refusal(reason: "the metric is undefined in split \(split)"))
    }
    let test = CorrectedTTest(
      splits.compactMap { first[$0] ?? nil }, splits.compactMap { second[$0] ?? nil },
      testToTrainingRatio: ratio)
    guard let test else {
      return .failure(Refusal(reason: "\(splits.count) in common; two splits are the least"))
    }
    return .success(test)
  }
}
