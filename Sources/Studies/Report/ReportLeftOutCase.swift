/// A case that was read but is in no split, and why.
package struct ReportLeftOutCase: Sendable, Equatable {
  package var identifier: String
  package var reason: String

  package init(identifier: String, reason: String) {
    self.identifier = identifier
    self.reason = reason
  }
}
