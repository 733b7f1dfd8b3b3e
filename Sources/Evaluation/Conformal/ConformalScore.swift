/// How strange a class is for a case, by its probabilities: what split-conformal sets are cut by.
package enum ConformalScore: String, Sendable, CaseIterable {
  /// 1 − p of the class: the smallest sets (Sadinle, Lei & Wasserman 2019,
  /// https://doi.org/10.1080/01621459.2017.1395341). Sets may be empty.
  case leastAmbiguous = "lac"
  /// The probability of all classes at least as probable, ties in the order of the classes: adapts to how
  /// hard a case is (Romano, Sesia & Candès 2020, https://arxiv.org/abs/2006.02544).
  case adaptive = "aps"

  /// The score of each class of a case; higher is stranger.
  ///
  /// - Parameters:
  ///   - probabilities: of the classes.
  ///   - share: how much of the class's own probability counts for `adaptive`: 1 for sets that are never
  ///     too small, one random number of 0…1 a case for sets of exact coverage.
  /// - Returns: one a class.
  package func scores(_ probabilities: [Double], share: Double = 1) -> [Double] {
    switch self {
    case .leastAmbiguous: return probabilities.map { 1 - $0 }
    case .adaptive:
      let order = probabilities.indices.sorted {
        (probabilities[$1], $0) < (probabilities[$0], $1)
      }
      var scores = probabilities
      var before = 0.0
      for label in order {
        scores[label] = before + share * probabilities[label]
        before += probabilities[label]
      }
      return scores
    }
  }
}
