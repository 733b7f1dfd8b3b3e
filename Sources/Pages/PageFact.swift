import Basics

/// A name and what is known about it.
package struct PageFact: Sendable, Equatable {
  package var label: String
  package var value: String

  package init(_ label: String, _ value: String) {
    self.label = label
    self.value = value
  }
}
