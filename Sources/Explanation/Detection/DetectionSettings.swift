import Basics

/// How circles are found and scored.
package struct DetectionSettings: Sendable, Equatable {
  /// Methods, baselines and clustering; `sensitivity` is the setting that the report speaks of first.
  package var explanation = ExplanationSettings()
  /// The sight sensitivities that are tried, ascending.
  package var sensitivities = DetectionSettings.sweep
  /// What stands for a circle, the first in the report's first table.
  package var shapes: [Overlap.Shape] = [.circle, .square]
  /// Draws of the random control for each image.
  package var controlDraws = 100
  /// Resamples of the bootstrap.
  package var resamples = 2000
  package var seed: UInt64 = 1
  /// Whether images without a box are looked at, too: every circle there is a false positive.
  package var looksAtImagesWithoutBoxes = false

  /// The sensitivities where none is given.
  package static let sweep = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]

  package init() {}
}
