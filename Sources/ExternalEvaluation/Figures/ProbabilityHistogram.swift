/// How many cases of either class have a probability, in bins of equal width from 0 to 1.
package struct ProbabilityHistogram: Sendable, Equatable {
  package static let binCount = 20

  package let positives: [Int]
  package let negatives: [Int]

  /// A probability of 1 is in the last bin.
  init(_ answers: QuestionAnswers) {
    var (positives, negatives) = (
      [Int](repeating: 0, count: Self.binCount), [Int](repeating: 0, count: Self.binCount)
    )
    for (label, probability) in zip(answers.labels, answers.probabilities) {
      let bin = min(Self.binCount - 1, Int(probability * Double(Self.binCount)))
      if label { positives[bin] += 1 } else { negatives[bin] += 1 }
    }
    (self.positives, self.negatives) = (positives, negatives)
  }
}
