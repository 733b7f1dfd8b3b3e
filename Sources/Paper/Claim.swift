import Basics
import Evaluation

/// A difference that the paper states or leaves open, as it comes out here.
struct Claim {
  /// A sentence, such as "The multimodal model is better than the text alone".
  let sentence: String
  /// The difference in the paper, as it is written there; nil for a question of our own.
  let paper: String?
  /// The size of the difference in the paper, 0…1.
  var expected: Double?
  /// First minus second, on the same splits; nil where the studies are not finished.
  let test: CorrectedTTest?

  /// How a claim fares.
  enum Verdict: Equatable {
    /// The difference is shown, in this direction.
    case holds
    /// The other one is shown to be better.
    case reversed
    /// Neither is shown.
    case open
    /// The studies are not finished, or no split differs.
    case unknown
  }

  /// What the splits say of it, by a p that is adjusted over all claims of the document.
  func verdict(_ adjustedP: Double?) -> Verdict {
    guard let test, let adjustedP else { return .unknown }
    guard adjustedP < PairComparison.significanceLevel else { return .open }
    return test.meanDifference > 0 ? .holds : .reversed
  }

  /// The verdict as a person says it.
  func words(_ adjustedP: Double?) -> String {
    guard let test else { return "not run yet" }
    let sign = NumberText.signed(test.meanDifference)
    var words: String
    switch verdict(adjustedP) {
    case .holds: words = "holds here: shown"
    case .reversed: words = "does not hold here: the other way round"
    case .open:
      words =
        test.meanDifference > 0
        ? "not shown here: \(sign) may be chance" : "not shown here: \(sign)"
    case .unknown: words = "no test: all splits differ alike"
    }
    if let expected {
      let range = test.interval
      words +=
        range.contains(expected)
        ? "; the paper's \(NumberText.fixed(expected, digits: 2)) is within the interval"
        : "; the paper's \(NumberText.fixed(expected, digits: 2)) is outside the interval"
    }
    return words
  }
}
