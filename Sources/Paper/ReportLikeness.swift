import Datasets

/// Finds the report that is nearest to a sentence: the one with the most of its words; of several the shortest.
struct ReportLikeness {
  private let wanted: Set<String>

  /// Words that say nothing of a finding.
  private static let passedOver: Set<String> = ["in", "the", "of", "and", "a", "is"]

  init(_ sentence: String) { wanted = ReportLikeness.words(sentence) }

  /// The words of the sentence that a text has.
  func shared(with text: String) -> Set<String> { wanted.intersection(ReportLikeness.words(text)) }

  /// The case whose text is nearest; of equal ones the first.
  func nearest(of cases: [Case]) -> Case? {
    func rank(_ one: Case) -> (Int, Int) {
      (-shared(with: one.text ?? "").count, ReportLikeness.words(one.text ?? "").count)
    }
    return cases.min { rank($0) < rank($1) }
  }

  private static func words(_ text: String) -> Set<String> {
    Set(text.lowercased().split { !$0.isLetter }.map(String.init)).subtracting(passedOver)
  }
}
