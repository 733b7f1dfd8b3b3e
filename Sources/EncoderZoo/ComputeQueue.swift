import Basics
import Dispatch

/// Where long work runs: one piece after the other, away from the threads of Swift's own pool.
///
/// Kernels share one team of threads and are called from one thread at a time.
final class ComputeQueue: TaskExecutor {
  static let shared = ComputeQueue()
  private let queue = DispatchQueue(label: "EncoderZoo")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Runs work to its end; cancelling the task stops it where it asks `Interruption`.
  ///
  /// - Throws: `CancellationError` where the task was cancelled, and what `work` throws.
  static func run<Result: Sendable>(
    _ work: @Sendable () throws -> Result
  ) async throws -> Result {
    try await withTaskExecutorPreference(shared) {
      try await onQueue(work)
    }
  }

  /// Nonisolated, so that it runs where the task prefers to.
  private nonisolated static func onQueue<Result: Sendable>(
    _ work: @Sendable () throws -> Result
  ) async throws -> Result {
    do { return try work() } catch is Interrupted where Task.isCancelled {
      throw CancellationError()
    }
  }
}
