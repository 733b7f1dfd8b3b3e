import Foundation

/// McNemar's test of two classifiers' answers to the same cases (Psychometrika 12, 1947).
///
/// Only the cases count that one gets right and the other wrong: exact binomial where these are
/// fewer than 25, χ² with continuity correction, (|b − c| − 1)² / (b + c), else.
package struct McNemarTest: Sendable, Equatable {
  /// b: right by the first alone.
  package let onlyFirst: Int
  /// c: right by the second alone.
  package let onlySecond: Int
  /// χ² of one degree of freedom; nil where the exact test is used.
  package let statistic: Double?
  /// Two-sided.
  package let p: Double

  /// Which of the two tests was made.
  package var isExact: Bool { statistic == nil }

  /// The test of b and c.
  ///
  /// - Precondition: neither is negative.
  package init(onlyFirst: Int, onlySecond: Int) {
    precondition(onlyFirst >= 0 && onlySecond >= 0, "b \(onlyFirst), c \(onlySecond)")
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
    let total = onlyFirst + onlySecond
    if total < 25 {
      statistic = nil
      p = exactBinomial(min(onlyFirst, onlySecond), of: total)
    } else {
      let excess = max(0, abs(Double(onlyFirst - onlySecond)) - 1)
      let value = excess * excess / Double(total)
      statistic = value
      p = chiSquaredTail(value)
    }
  }

  /// The test of two lists that say for each case whether the answer was right.
  ///
  /// - Precondition: equal counts.
  package init(firstIsRight: [Bool], secondIsRight: [Bool]) {
    precondition(
      firstIsRight.count == secondIsRight.count,
      "\(firstIsRight.count) answers against \(secondIsRight.count)")
    self.init(
      onlyFirst: zip(firstIsRight, secondIsRight).count { $0 && !$1 },
      onlySecond: zip(firstIsRight, secondIsRight).count { !$0 && $1 })
  }
}

/// The two-sided p of `smaller` successes of `total` at even odds; `total` below 25.
private func exactBinomial(_ smaller: Int, of total: Int) -> Double {
  var coefficient = 1.0
  var sum = 1.0
  for k in 0..<smaller {
    coefficient *= Double(total - k) / Double(k + 1)
    sum += coefficient
  }
  return min(1, 2 * sum / Double(1 << total))
}
