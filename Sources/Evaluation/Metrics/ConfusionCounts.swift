/// How many cases of each class were called positive and negative.
///
/// A rate whose denominator is zero is nil: it is unknown, not zero.
package struct ConfusionCounts: Sendable, Equatable {
  package var truePositives: Int
  package var falsePositives: Int
  package var trueNegatives: Int
  package var falseNegatives: Int

  package init(
    truePositives: Int, falsePositives: Int, trueNegatives: Int, falseNegatives: Int
  ) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.trueNegatives = trueNegatives
    self.falseNegatives = falseNegatives
  }

  /// Counts answers: a case is called positive where its probability is at least the threshold.
  ///
  /// - Precondition: as many labels as probabilities.
  package init(labels: [Bool], probabilities: [Double], threshold: Double = 0.5) {
    precondition(
      labels.count == probabilities.count,
      "\(labels.count) labels for \(probabilities.count) probabilities")
    self.init(truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0)
    for (label, probability) in zip(labels, probabilities) {
      switch (label, probability >= threshold) {
      case (true, true): truePositives += 1
      case (false, true): falsePositives += 1
      case (false, false): trueNegatives += 1
      case (true, false): falseNegatives += 1
      }
    }
  }

  /// Cases whose true class is the positive one.
  package var positives: Int { truePositives + falseNegatives }
  /// Cases whose true class is the negative one.
  package var negatives: Int { trueNegatives + falsePositives }
  package var total: Int { positives + negatives }

  /// What a metric that is a share of cases counts, and among how many; nil for other metrics, or of
  /// no case.
  package func proportion(_ metric: ScoreMetric) -> (successes: Int, count: Int)? {
    let pair: (successes: Int, count: Int)? =
      switch metric {
      case .accuracy: (truePositives + trueNegatives, total)
      case .sensitivity: (truePositives, positives)
      case .specificity: (trueNegatives, negatives)
      case .precision: (truePositives, truePositives + falsePositives)
      default: nil
      }
    return pair.flatMap { $0.count > 0 ? $0 : nil }
  }

  package var accuracy: Double? { ratio(truePositives + trueNegatives, total) }
  /// True positive rate, recall.
  package var sensitivity: Double? { ratio(truePositives, positives) }
  /// True negative rate.
  package var specificity: Double? { ratio(trueNegatives, negatives) }
  /// Positive predictive value; nil where nothing was called positive.
  package var precision: Double? { ratio(truePositives, truePositives + falsePositives) }

  /// Negative predictive value; nil where nothing was called negative.
  package var negativePredictiveValue: Double? {
    ratio(trueNegatives, trueNegatives + falseNegatives)
  }

  /// The harmonic mean of precision and sensitivity, 2·TP / (2·TP + FP + FN).
  ///
  /// Nil where no case is positive: the denominator would then count false alarms only.
  package var f1: Double? {
    guard positives > 0 else { return nil }
    return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }

  /// The mean of sensitivity and specificity.
  package var balancedAccuracy: Double? {
    guard let sensitivity, let specificity else { return nil }
    return (sensitivity + specificity) / 2
  }
}

private func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
  denominator == 0 ? nil : Double(numerator) / Double(denominator)
}
