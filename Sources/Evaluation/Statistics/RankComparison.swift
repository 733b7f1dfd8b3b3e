/// Combinations compared over several data sets by their ranks.
///
/// Friedman's test in Iman and Davenport's form says whether any differs; pairs are tested by Wilcoxon's signed ranks,
/// Holm-adjusted (Demšar, JMLR 7 (2006), https://jmlr.org/papers/v7/demsar06a.html; García and Herrera, JMLR 9 (2008)).
/// Pairs by mean ranks alone would depend on which other combinations take part (Benavoli et al., JMLR 17 (2016),
/// https://jmlr.org/papers/v17/benavoli16a.html).
package struct RankComparison: Sendable, Equatable {
  /// Two combinations over the data sets.
  package struct Pair: Sendable, Equatable {
    package let first: String
    package let second: String
    /// The mean of first minus second.
    package let meanDifference: Double
    package let test: SignedRankTest
    package let holmP: Double
    package let bayesian: BayesianSignedRank
  }

  package let names: [String]
  package let dataSets: [String]
  /// Of each combination, 1 for the best on every data set.
  package let meanRanks: [Double]
  /// Of Friedman's test in Iman and Davenport's form; nil where ranks are the same on all data sets.
  package let friedmanP: Double?
  package let pairs: [Pair]

  /// - Parameters:
  ///   - names: at least two combinations.
  ///   - dataSets: at least two.
  ///   - scores: a row for each data set, a score for each combination.
  ///   - higherIsBetter: whether large scores are good.
  ///   - region: the half width of practical equivalence.
  package init(
    names: [String], dataSets: [String], scores: [[Double]], higherIsBetter: Bool,
    region: Double = 0.01
  ) {
    precondition(
      names.count > 1 && dataSets.count > 1 && scores.count == dataSets.count
        && scores.allSatisfy { $0.count == names.count })
    (self.names, self.dataSets) = (names, dataSets)
    let (k, n) = (Double(names.count), Double(dataSets.count))
    let ranks = scores.map { row in
      twiceAverageRanks(row.map { settled(higherIsBetter ? -$0 : $0) }).map { Double($0) / 2 }
    }
    let means = names.indices.map { column in ranks.reduce(0) { $0 + $1[column] } / n }
    meanRanks = means
    // With ties the variance within data sets takes the place of k (k + 1) / 12.
    let center = (k + 1) / 2
    let within =
      ranks.joined().reduce(0) { $0 + ($1 - center) * ($1 - center) } / (n * (k - 1))
    let between = n * means.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    friedmanP =
      within > 0
      ? {
        let square = between / within
        let rest = n * (k - 1) - square
        guard rest > 1e-12 else { return nil }
        let f = (n - 1) * square / rest
        let (d1, d2) = (k - 1, (k - 1) * (n - 1))
        // The upper tail of Fisher's F.
        let x = d2 / (d2 + d1 * f)
        return regularizedIncompleteBeta(x: x, complement: 1 - x, a: d2 / 2, b: d1 / 2)
      }() : nil
    var found: [(first: Int, second: Int, differences: [Double])] = []
    for first in names.indices {
      for second in names.indices where second > first {
        found.append((first, second, scores.map { $0[first] - $0[second] }))
      }
    }
    let tests = found.map { SignedRankTest($0.differences) }
    let adjusted = holmAdjusted(tests.map(\.p))
    pairs = zip(found, zip(tests, adjusted)).map { pair, test in
      Pair(
        first: names[pair.first], second: names[pair.second],
        meanDifference: pair.differences.reduce(0, +) / n, test: test.0, holmP: test.1 ?? 1,
        bayesian: BayesianSignedRank(pair.differences, region: region))
    }
  }

  /// Runs of combinations, best rank first, within which no pair differs; each as long as it can be, two at least.
  package func groups(level: Double = 0.05) -> [[Int]] {
    let order = names.indices.sorted { meanRanks[$0] < meanRanks[$1] }
    func differ(_ a: Int, _ b: Int) -> Bool {
      pairs.contains {
        ($0.first == names[a] && $0.second == names[b]
          || $0.first == names[b] && $0.second == names[a]) && $0.holmP < level
      }
    }
    var found: [[Int]] = []
    var reached = -1
    for start in order.indices {
      var end = start
      while end + 1 < order.count,
        order[start...end].allSatisfy({ !differ($0, order[end + 1]) })
      {
        end += 1
      }
      if end > start, end > reached { found.append(Array(order[start...end])) }
      reached = max(reached, end)
    }
    return found
  }
}
