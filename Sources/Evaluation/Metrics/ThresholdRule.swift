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
  /// The largest F1 of the positive class (Lipton and others 2014, https://arxiv.org/abs/1402.1892).
  case f1

  /// The rules that are fitted, the usual one first.
  package static let fitted: [ThresholdRule] = [.youden, .accuracy, .f1]

  /// Its name in files and options.
  package var name: String {
    switch self {
    case .fixed: "fixed"
    case .youden: "youden"
    case .accuracy: "accuracy"
    case .f1: "f1"
    }
  }

  /// The fitted rule of that name; nil where there is none.
  package init?(fitted name: String) {
    guard let rule = ThresholdRule.fitted.first(where: { $0.name == name }) else { return nil }
    self = rule
  }

  /// The threshold for these cases.
  ///
  /// Candidates are 0.5 and the midpoints between neighbouring distinct probabilities; of equally
  /// good ones the closest to 0.5 is taken, of two as close the lower. For F1 half the lowest
  /// probability is one more, which calls all positive. Where a class is absent nothing can be learned,
  /// and it is 0.5.
  ///
  /// - Precondition: as many labels as probabilities.
  package func threshold(labels: [Bool], probabilities: [Double]) -> Double {
    if case .fixed(let value) = self { return value }
    guard let curve = rocCurve(labels: labels, scores: probabilities) else { return 0.5 }
    let positives = labels.count { $0 }
    let negatives = labels.count - positives
    // Fractions of whole numbers, so that equally good candidates are equal.
    func score(_ truePositives: Int, _ falsePositives: Int) -> (over: Int, under: Int) {
      let trueNegatives = negatives - falsePositives
      switch self {
      case .youden: return (negatives * truePositives + positives * trueNegatives, 1)
      case .f1: return (2 * truePositives, positives + truePositives + falsePositives)
      case .accuracy, .fixed: return (truePositives + trueNegatives, 1)
      }
    }
    let counts = ConfusionCounts(labels: labels, probabilities: probabilities, threshold: 0.5)
    var best = (score: score(counts.truePositives, counts.falsePositives), threshold: 0.5)
    for (upper, lower) in zip(curve.dropFirst(), curve.dropFirst(2)) {
      let middle = lower.threshold + (upper.threshold - lower.threshold) / 2
      guard middle > lower.threshold else { continue }  // neighbours with no number between
      let truePositives = Int((upper.truePositiveRate * Double(positives)).rounded())
      let falsePositives = Int((upper.falsePositiveRate * Double(negatives)).rounded())
      let value = score(truePositives, falsePositives)
      let gain = value.over * best.score.under - best.score.over * value.under
      let isCloser = abs(middle - 0.5) <= abs(best.threshold - 0.5)
      if gain > 0 || (gain == 0 && isCloser) {
        best = (value, middle)
      }
    }
    // To call all cases positive is no use to the other rules, but may be the best F1.
    if self == .f1, let lowest = probabilities.min() {
      let value = score(positives, negatives)
      if value.over * best.score.under > best.score.over * value.under { return lowest / 2 }
    }
    return best.threshold
  }
}
