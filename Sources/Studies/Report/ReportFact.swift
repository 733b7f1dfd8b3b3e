/// A name and what is known about it: a row of a list in the report.
package struct ReportFact: Sendable, Equatable {
  package var label: String
  package var value: String

  package init(_ label: String, _ value: String) {
    self.label = label
    self.value = value
  }
}
