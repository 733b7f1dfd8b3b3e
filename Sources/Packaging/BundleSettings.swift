import Basics
import Bundles
import Evaluation

/// What a person says of a bundle besides what its run knows.
package struct BundleSettings: Sendable {
  /// How the operating threshold is chosen.
  package enum Threshold: Sendable, Equatable {
    /// The model's own, 0.5 unless it says otherwise.
    case model
    case given(Double)
    /// By this rule on the validation subset.
    case fitted(ThresholdRule)
  }

  package var id: String
  package var version: BundleVersion
  /// An SPDX identifier.
  package var licence: String
  package var codeLicence = "Apache-2.0"
  /// Nil for those that the run knows.
  package var dataTerms: String?
  /// The terms of the weights it started from, where the catalogue does not know them.
  package var originTerms: String?
  package var summary: String?
  package var intendedUse: String?
  /// The language of the texts, by its code; nil for what the study or the script tells.
  package var language: String?
  /// Added to those that follow from the run.
  package var limitations: [String] = []
  package var threshold = Threshold.model
  /// Nil for the time the model was written.
  package var created: Timestamp?
  /// Whether the hashes of the training images go along.
  package var includesTrainedOn = true
  /// Whether published weights that stayed as they are go along, which the bundle names by hash otherwise.
  package var isWhole = false

  package init(id: String, version: BundleVersion, licence: String) throws {
    try BundleName.check(id)
    try BundleLicences.check(spdx: licence)
    self.id = id
    self.version = version
    self.licence = licence
  }
}
