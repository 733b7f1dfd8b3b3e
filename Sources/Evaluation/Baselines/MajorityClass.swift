/// The baseline that looks at nothing: it answers every case with the share of positives in the
/// training subset, and so calls all of them by the more frequent class.
package struct MajorityClass: Sendable, Equatable {
  /// The share of positive cases in the training subset.
  package let probability: Double

  /// - Precondition: at least one label.
  package init(training labels: [Bool]) {
    precondition(!labels.isEmpty, "no labels to count")
    probability = Double(labels.count { $0 }) / Double(labels.count)
  }

  /// The same probability for each of `count` cases.
  package func probabilities(count: Int) -> [Double] {
    [Double](repeating: probability, count: count)
  }
}
