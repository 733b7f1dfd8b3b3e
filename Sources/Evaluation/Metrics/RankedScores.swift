/// Scores in order with their labels, from which rank metrics of any resample follow in one pass.
///
/// Sorting costs O(n log n) once; a bootstrap of thousands of resamples then counts how often each case
/// was drawn.
package struct RankedScores: Sendable {
  private let labels: [Bool]
  /// Cases by falling score.
  private let order: [Int]
  /// For each place of `order` whether its case is the last of those with its score.
  private let endsTie: [Bool]

  /// - Precondition: as many labels as scores.
  package init(labels: [Bool], scores: [Double]) {
    precondition(
      labels.count == scores.count, "\(labels.count) labels for \(scores.count) scores")
    self.labels = labels
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    self.order = order
    endsTie = order.indices.map {
      $0 + 1 == order.count || scores[order[$0 + 1]] != scores[order[$0]]
    }
  }

  /// The number of cases.
  package var count: Int { labels.count }

  /// The area under the ROC of all cases, as `auroc`.
  package var auroc: Determined<Double> { auroc(times: nil) }

  /// The average precision of all cases, as the function of that name.
  package var averagePrecision: Determined<Double> { averagePrecision(times: nil) }

  /// The area under the ROC of a resample, given by the indices of its cases.
  package func auroc(of indices: [Int]) -> Determined<Double> { auroc(times: times(indices)) }

  /// The average precision of a resample, given by the indices of its cases.
  package func averagePrecision(of indices: [Int]) -> Determined<Double> {
    averagePrecision(times: times(indices))
  }

  private func times(_ indices: [Int]) -> [Int] {
    var times = [Int](repeating: 0, count: count)
    for index in indices { times[index] += 1 }
    return times
  }

  private func auroc(times: [Int]?) -> Determined<Double> {
    var twiceU = 0  // pairs won count 2, ties 1
    let (positives, negatives) = eachTie(times) { positives, negatives, positivesAbove, _ in
      twiceU += negatives * (2 * positivesAbove + positives)
    }
    if let absence = absence(positives: positives, negatives: negatives) {
      return .undefined(absence)
    }
    return .value(Double(twiceU) / Double(2 * positives * negatives))
  }

  private func averagePrecision(times: [Int]?) -> Determined<Double> {
    var sum = 0.0
    let (positives, negatives) = eachTie(times) { positives, negatives, positivesAbove, above in
      guard positives > 0 else { return }
      let found = positivesAbove + positives
      sum += Double(positives) * Double(found) / Double(above + positives + negatives)
    }
    if let absence = absence(positives: positives, negatives: negatives) {
      return .undefined(absence)
    }
    return .value(sum / Double(positives))
  }

  /// Calls `body` for each distinct score from the highest down with the positives and negatives that
  /// have it, and the positives and cases above it.
  private func eachTie(_ times: [Int]?, _ body: (Int, Int, Int, Int) -> Void) -> (
    positives: Int, negatives: Int
  ) {
    var (allPositives, allNegatives, positives, negatives) = (0, 0, 0, 0)
    for (place, index) in order.enumerated() {
      let weight = times?[index] ?? 1
      if labels[index] { positives += weight } else { negatives += weight }
      guard endsTie[place] else { continue }
      if positives + negatives > 0 {
        body(positives, negatives, allPositives, allPositives + allNegatives)
      }
      allPositives += positives
      allNegatives += negatives
      (positives, negatives) = (0, 0)
    }
    return (allPositives, allNegatives)
  }
}
