/// The baseline that looks at nothing: it answers every case with the shares of the training subset, of
/// positives, of each class, or of each label among the answers that are known; and so calls all of them by
/// the more frequent answer.
package struct MajorityClass: Sendable, Equatable {
  /// The share of the training subset that is positive, of each output; 0.5 for a label of which nothing is
  /// known.
  package let shares: [Double]

  /// - Precondition: at least one case.
  package init(_ training: KnownAnswers) {
    precondition(training.count > 0, "no answers to count")
    shares = training.shares.map { $0 ?? 0.5 }
  }

  /// The same probabilities for each of `count` cases, `[cases, outputs]`.
  package func probabilities(count: Int) -> [Double] {
    (0..<count).flatMap { _ in shares }
  }
}
