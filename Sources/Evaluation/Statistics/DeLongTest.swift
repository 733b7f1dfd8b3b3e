import Foundation

/// DeLong's test of two AUROCs on the same cases (DeLong, DeLong & Clarke-Pearson,
/// Biometrics 44, 1988, https://doi.org/10.2307/2531595), by midranks as Sun & Xu (IEEE Signal
/// Processing Letters 21, 2014).
///
/// It serves within one test subset; AUROCs of overlapping splits are never pooled with it.
package struct DeLongTest: Sendable, Equatable {
  package let firstAUROC: Double
  package let secondAUROC: Double
  /// First minus second.
  package let difference: Double
  package let standardError: Double
  /// Nil where the difference has no variance.
  package let z: Double?
  /// Two-sided; 1 where the two rank all pairs alike, nil where there is no variance else.
  package let p: Double?
  /// The 95 % interval of the difference.
  package let interval: Interval

  /// Compares two scores of the same cases; nil below two positive or two negative ones.
  ///
  /// - Precondition: as many labels as scores of either.
  package init?(labels: [Bool], first: [Double], second: [Double]) {
    precondition(
      labels.count == first.count && labels.count == second.count,
      "\(labels.count) labels, \(first.count) and \(second.count) scores")
    guard let a = Placements(labels, first), let b = Placements(labels, second) else { return nil }
    firstAUROC = a.area
    secondAUROC = b.area
    difference = a.area - b.area
    let positives = zip(a.positives, b.positives).map { $0 - $1 }
    let negatives = zip(a.negatives, b.negatives).map { $0 - $1 }
    guard let s1 = standardDeviation(positives), let s0 = standardDeviation(negatives) else {
      return nil
    }
    let variance = s1 * s1 / Double(positives.count) + s0 * s0 / Double(negatives.count)
    standardError = variance <= 1e-28 ? 0 : variance.squareRoot()
    if standardError > 0 {
      let statistic = difference / standardError
      z = statistic
      p = normalTwoSidedTail(statistic)
    } else {
      z = nil
      p = abs(difference) <= 1e-14 ? 1 : nil
    }
    interval = Interval(center: difference, halfWidth: normalQuantile975 * standardError)
  }
}

/// For every positive case the share of negatives below it, for every negative one the share of
/// positives above it.
private struct Placements {
  var positives: [Double] = []
  var negatives: [Double] = []
  var area: Double = 0

  init?(_ labels: [Bool], _ scores: [Double]) {
    let positiveIndices = labels.indices.filter { labels[$0] }
    let negativeIndices = labels.indices.filter { !labels[$0] }
    guard positiveIndices.count > 1, negativeIndices.count > 1 else { return nil }
    let all = midranks(scores)
    let amongPositives = midranks(positiveIndices.map { scores[$0] })
    let amongNegatives = midranks(negativeIndices.map { scores[$0] })
    let m = Double(positiveIndices.count)
    let n = Double(negativeIndices.count)
    positives = zip(positiveIndices, amongPositives).map { (all[$0] - $1) / n }
    negatives = zip(negativeIndices, amongNegatives).map { 1 - (all[$0] - $1) / m }
    area = positives.reduce(0, +) / m
  }
}

/// Ranks from 1, tied values sharing the mean of theirs.
func midranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var i = 0
  while i < order.count {
    var end = i + 1
    while end < order.count, values[order[end]] == values[order[i]] { end += 1 }
    for index in order[i..<end] { ranks[index] = Double(i + end + 1) / 2 }
    i = end
  }
  return ranks
}
