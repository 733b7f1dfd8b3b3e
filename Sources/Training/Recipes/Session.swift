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
  /// Into how many parts a batch is divided where the settings of a training say 1.
  package let shards: Int

  /// The same whose progress is told to others, or whose batches are divided.
  package func with(progress: ProgressReporter? = nil, shards: Int? = nil) -> Session {
    Session(
      registry: registry, kernels: kernels, progress: progress ?? self.progress, ranks: ranks,
      shards: shards ?? self.shards)
  }

  package init(
    registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter,
    ranks: RankGroup? = nil, shards: Int = 1
  ) {
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
    self.ranks = ranks
    self.shards = shards
  }
}
