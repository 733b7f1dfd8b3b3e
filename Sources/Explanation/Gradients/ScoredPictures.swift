/// The pictures of a case as a model reads them.
package struct ScoredPictures: Sendable {
  /// Normalised, `[size, size, channels]` each.
  package let pixels: [[Float]]
  /// The picture of each slot, by its place among them; nil for one that is missing.
  package let slots: [Int?]

  /// The only picture of a case.
  package init(_ pixels: [Float]) { self.init([pixels], slots: [0]) }

  package init(_ pixels: [[Float]], slots: [Int?]) {
    self.pixels = pixels
    self.slots = slots
  }
}
