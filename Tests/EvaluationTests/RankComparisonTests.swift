import Basics
import Testing

@testable import Evaluation

/// References: SciPy 1.17 (`wilcoxon`, `friedmanchisquare`), baycomp 1.0, and enumerations of all signs in NumPy.
@Suite("Comparison over data sets")
struct RankComparisonTests {
  /// AUROC of four classifiers on 14 data sets, after Demšar 2006, table 6.
  private static let scores: [[Double]] = [
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
    [1, 1, 1, 1], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.975, 0.975], [0.957, 0.978, 0.946, 0.970],
  ]

  private static let ranks = RankComparison(
    names: ["a", "b", "c", "d"], dataSets: (1...14).map { "set \($0)" },
    scores: scores.map { row in row.map { ($0 * 1000).rounded() } }, higherIsBetter: true,
    region: 10)

  @Test("Signed ranks of pairs without ties, and with ties and zeros, are exact")
  func signedRanks() {
    let first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    let second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    let plain = SignedRankTest(zip(first, second).map { $0 - $1 })
    #expect(plain.positiveSum == 40)
    #expect(abs(plain.p - 0.0390625) < 1e-15)
    let tied = SignedRankTest([0.02, -0.01, 0.03, 0.05, 0, 0.015, -0.01, 0.04, 0.01, 0.06])
    #expect(tied.count == 9)
    #expect(tied.positiveSum == 41)
    #expect(abs(tied.p - 0.03125) < 1e-15)
    #expect(SignedRankTest([0, 0]).p == 1)
    #expect(SignedRankTest([1, 2, 3]).p == SignedRankTest.leastP(count: 3))
  }

  @Test("Mean ranks, Friedman's test with ties, pairs and Holm's adjustment")
  func friedman() throws {
    let ranks = Self.ranks
    for (found, wanted) in zip(ranks.meanRanks, [44.0 / 14, 2, 41.0 / 14, 27.0 / 14]) {
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(abs(try #require(ranks.friedmanP) - 0.007628838730725745) < 1e-12)
    let wanted = [
      0.00732421875, 0.8779296875, 0.012451171875, 0.05712890625, 0.353515625, 0.02197265625,
    ]
    for (pair, p) in zip(ranks.pairs, wanted) { #expect(abs(pair.test.p - p) < 1e-12) }
    #expect(abs(ranks.pairs[0].holmP - 6 * 0.00732421875) < 1e-12)
    #expect(abs(ranks.pairs[2].holmP - 5 * 0.012451171875) < 1e-12)
  }

  @Test("Groups are the longest runs of ranks within which no pair differs")
  func groups() {
    // By rank d, b, c, a; of the pairs a and b alone differ.
    #expect(Self.ranks.groups() == [[3, 1, 2], [2, 0]])
    #expect(Self.ranks.groups(level: 0) == [[3, 1, 2, 0]])
  }

  @Test("Lower scores have better ranks where lower is better")
  func lower() {
    let ranks = RankComparison(
      names: ["a", "b"], dataSets: ["1", "2"], scores: [[0.1, 0.2], [0.3, 0.5]],
      higherIsBetter: false)
    #expect(ranks.meanRanks == [1, 2])
    // Always the same order: Friedman's statistic has no bound.
    #expect(ranks.friedmanP == nil)
  }

  @Test("Means that are equal on paper tie, whatever the order of their sum")
  func rounding() {
    let (first, second) = ((0.8 + 0.9 + 0.7) / 3, (0.7 + 0.8 + 0.9) / 3)
    #expect(SignedRankTest([first - second, 0.1]).count == 1)
    // Steps of .1, in floating point each another one.
    let test = SignedRankTest([0.3 - 0.2, 0.9 - 0.8, 0.2 - 0.3, 0.7 - 0.5])
    #expect(test.positiveSum == 8)
    let ranks = RankComparison(
      names: ["a", "b"], dataSets: ["1", "2"], scores: [[first, second], [second, first]],
      higherIsBetter: true)
    #expect(ranks.meanRanks == [1.5, 1.5])
  }

  @Test("The Bayesian signed-rank test agrees with baycomp's, within the noise of its samples")
  func bayesian() {
    let test = BayesianSignedRank(Self.scores.map { $0[0] - $0[3] })
    #expect(abs(test.firstGreater - 0.0003) < 0.001)
    #expect(abs(test.equivalent - 0.032) < 0.005)
    #expect(abs(test.secondGreater - 0.9677) < 0.005)
    let same = BayesianSignedRank([0.001, -0.002, 0.003])
    #expect(same.equivalent == 1)
  }
}
