/// A plain method whose rows stand in the results for orientation.
package struct ReportBaseline: Sendable, Equatable {
  /// As in `results.csv`.
  package var name: String
  /// What it does, in one sentence.
  package var summary: String

  package init(name: String, summary: String) {
    self.name = name
    self.summary = summary
  }
}
