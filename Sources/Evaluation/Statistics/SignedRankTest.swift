import Foundation

/// Wilcoxon's signed-rank test of paired values, such as the scores of two combinations on several data sets.
///
/// Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006), section 3.1.3,
/// https://jmlr.org/papers/v7/demsar06a.html.
package struct SignedRankTest: Sendable, Equatable {
  /// Pairs that differ.
  package let count: Int
  /// The sum of the ranks of positive differences.
  package let positiveSum: Double
  /// Two-sided and exact: over all signs that equal distributions could have given; 1 where nothing differs.
  package let p: Double

  /// The least p that so many pairs can have.
  package static func leastP(count: Int) -> Double { min(1, pow(2, 1 - Double(count))) }

  /// - Parameter differences: first minus second; zeros are left out, equal sizes share a rank.
  /// - Precondition: at most 1000 of them.
  package init(_ differences: [Double]) {
    precondition(differences.count <= 1000, "\(differences.count) pairs")
    // Means that are equal on paper differ in their last digits.
    let own = differences.map(settled).filter { $0 != 0 }
    count = own.count
    // Twice the ranks are whole numbers, ties too.
    let ranks = twiceAverageRanks(own.map { abs($0) })
    let total = ranks.reduce(0, +)
    let positive = zip(own, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    positiveSum = Double(positive) / 2
    // How probable each sum is when every sign is a coin's.
    var law = [Double](repeating: 0, count: total + 1)
    law[0] = 1
    for rank in ranks {
      for sum in stride(from: total, through: 0, by: -1) {
        law[sum] = (law[sum] + (sum >= rank ? law[sum - rank] : 0)) / 2
      }
    }
    let tail = min(positive, total - positive)
    p = own.isEmpty ? 1 : min(1, 2 * law[...tail].reduce(0, +))
  }
}

/// Twice the rank of each value among them, 1 for the smallest; equal values share the mean of theirs.
func twiceAverageRanks(_ values: [Double]) -> [Int] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Int](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
    for place in start...end { ranks[order[place]] = start + end + 2 }
    start = end + 1
  }
  return ranks
}

/// A number without what rounding has left in its last digits, so that equal ones tie.
func settled(_ value: Double) -> Double { (value * 1e11).rounded() / 1e11 }
