/// The subsets of a results table in which a model of both sides is shown one of them.
package enum MissingModalitySubset: String, Sendable, CaseIterable {
  /// The test subset, every case with its image alone.
  case image = "test, image only"
  /// The test subset, every case with its text alone.
  case text = "test, text only"
}
