import Basics

/// A case that was read but is not in the set, and why.
package struct LeftOut: Sendable, Equatable {
  /// The kinds of reasons, for counting.
  package enum Reason: String, Sendable, CaseIterable {
    case unreadable = "unreadable"
    case duplicateID = "duplicate id"
    case differingRows = "rows of one id that can't be joined"
    case noImage = "no image"
    case missingImage = "image file missing"
    case missingFolder = "image folder missing"
    case unreadableImage = "unreadable image"
    case emptyText = "empty text"
    case unknownLabel = "unknown label"
    case unknownAnswer = "unknown answer"
    case notIndexed = "not indexed"
    case otherLabels = "not exactly one class"
  }

  /// The id of the case; empty where not even that could be read.
  package let id: String
  package let reason: Reason
  /// A sentence for a person, without the place.
  package let message: String
  package let place: Place

  package init(id: String, reason: Reason, message: String, place: Place) {
    self.id = id
    self.reason = reason
    self.message = message
    self.place = place
  }
}
