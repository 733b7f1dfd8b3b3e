/// How the threshold is found above which a case is called positive.
///
/// Rules other than `fixed` are fitted, and belong on the validation subset.
package enum ThresholdRule: Sendable, Equatable {
  /// A probability that is given; 0.5 by default.
  case fixed(Double = 0.5)
  /// The largest sensitivity + specificity − 1 (Youden, "Index for rating diagnostic tests",
  /// Cancer 3, 1950).
  case youden
  /// The largest accuracy.
  case accuracy

  /// The threshold for these cases.
  ///
  /// Candidates are 0.5 and the midpoints between neighbouring distinct probabilities; of equally
  /// good ones the closest to 0.5 is taken, of two as close the lower. Where a class is absent
  /// nothing can be learned, and it is 0.5.
  ///
  /// - Precondition: as many labels as probabilities.
  package func threshold(labels: [Bool], probabilities: [Double]) -> Double {
    if case .fixed(let value) = self { return value }
    guard let curve = rocCurve(labels: labels, scores: probabilities) else { return 0.5 }
    let positives = labels.count { $0 }
    let negatives = labels.count - positives
    // Whole numbers, so that equally good candidates are equal.
    let weights = self == .youden ? (negatives, positives) : (1, 1)
    func score(_ threshold: Double) -> Int {
      let counts = ConfusionCounts(
        labels: labels, probabilities: probabilities, threshold: threshold)
      return weights.0 * counts.truePositives + weights.1 * counts.trueNegatives
    }
    var best = (score: score(0.5), threshold: 0.5)
    for (upper, lower) in zip(curve.dropFirst(), curve.dropFirst(2)) {
      let middle = lower.threshold + (upper.threshold - lower.threshold) / 2
      guard middle > lower.threshold else { continue }  // neighbours with no number between
      let truePositives = Int((upper.truePositiveRate * Double(positives)).rounded())
      let falsePositives = Int((upper.falsePositiveRate * Double(negatives)).rounded())
      let value = weights.0 * truePositives + weights.1 * (negatives - falsePositives)
      let isCloser = abs(middle - 0.5) <= abs(best.threshold - 0.5)
      if value > best.score || (value == best.score && isCloser) {
        best = (value, middle)
      }
    }
    return best.threshold
  }
}
