import Basics
import EncoderKit
import Registry

/// What all work of one command shares: encoders by name, kernels, and whom its progress is told.
package struct Session {
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter

  package init(registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter) {
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
  }
}
