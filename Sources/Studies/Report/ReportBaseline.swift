/// A plain method whose rows stand in the results for orientation.
package struct ReportBaseline: Sendable, Equatable {
  /// As in `results.csv`.
  package var name: String
  /// What it does, in one sentence.
  package var summary: String

  /// The class that it calls every case, empty where that is not the same in every split; nil for one
  /// that looks at the cases.
  package var constantAnswer: String?

  package init(name: String, summary: String, constantAnswer: String? = nil) {
    self.name = name
    self.summary = summary
    self.constantAnswer = constantAnswer
  }
}
