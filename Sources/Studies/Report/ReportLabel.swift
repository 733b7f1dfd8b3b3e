/// What is known of one label, or of one of several classes, beside its scores.
package struct ReportLabel: Sendable, Equatable {
  package let name: String
  /// Cases that have it, of those of which that is known.
  package let positives: Int
  package let known: Int
  /// All cases.
  package let cases: Int
  /// The fewest positive and the fewest negative cases of any test subset.
  package let leastPositives: Int
  package let leastNegatives: Int

  package init(
    name: String, positives: Int, known: Int, cases: Int, leastPositives: Int, leastNegatives: Int
  ) {
    self.name = name
    self.positives = positives
    self.known = known
    self.cases = cases
    self.leastPositives = leastPositives
    self.leastNegatives = leastNegatives
  }

  /// Fewer positive or negative cases of a test subset than these say little.
  package static let fewCases = 10

  /// Why its scores say little; nil where there are enough cases.
  var warning: String? {
    if leastPositives < Self.fewCases {
      return "too few positive cases: \(leastPositives) in a test subset"
    }
    if leastNegatives < Self.fewCases {
      return "too few negative cases: \(leastNegatives) in a test subset"
    }
    return nil
  }
}
