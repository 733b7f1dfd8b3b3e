import Basics
import EncoderKit
import Ranks
import Registry

/// What all work of one command shares: encoders by name, kernels, whom its progress is told, and the processes that
/// train together.
package struct Session {
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter
  /// The processes that train one model together; nil for this one alone.
  package let ranks: RankGroup?

  package init(
    registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter,
    ranks: RankGroup? = nil
  ) {
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
    self.ranks = ranks
  }
}
