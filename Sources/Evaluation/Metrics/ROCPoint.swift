/// A point of the receiver operating characteristic.
package struct ROCPoint: Sendable, Equatable {
  /// Cases with at least this score are called positive; infinite at the first point.
  package let threshold: Double
  /// 1 − specificity.
  package let falsePositiveRate: Double
  /// Sensitivity.
  package let truePositiveRate: Double
}

/// The receiver operating characteristic from (0, 0) to (1, 1), a point for every distinct score.
///
/// The area below the straight lines between the points is `auroc`.
///
/// - Returns: the points in order of falling threshold, or nil where one class is absent.
/// - Precondition: as many labels as scores.
package func rocCurve(labels: [Bool], scores: [Double]) -> [ROCPoint]? {
  precondition(
    labels.count == scores.count, "\(labels.count) labels for \(scores.count) scores")
  let positives = labels.count { $0 }
  let negatives = labels.count - positives
  guard positives > 0, negatives > 0 else { return nil }
  let order = scores.indices.sorted { scores[$0] > scores[$1] }
  var points = [ROCPoint(threshold: .infinity, falsePositiveRate: 0, truePositiveRate: 0)]
  var truePositives = 0
  var falsePositives = 0
  for (place, index) in order.enumerated() {
    if labels[index] { truePositives += 1 } else { falsePositives += 1 }
    let isLastOfTie = place + 1 == order.count || scores[order[place + 1]] != scores[index]
    guard isLastOfTie else { continue }
    points.append(
      ROCPoint(
        threshold: scores[index],
        falsePositiveRate: Double(falsePositives) / Double(negatives),
        truePositiveRate: Double(truePositives) / Double(positives)))
  }
  return points
}
