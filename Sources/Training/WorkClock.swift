import Synchronization

/// How long work has taken that was stopped and gone on with, in this process and those before.
package final class WorkClock: Sendable {
  private let start = Mutex(ContinuousClock.now)
  private let before = Mutex(0.0)

  package init() {}

  /// The seconds of processes before, as far as they are known.
  package var secondsBefore: Double { before.withLock { $0 } }

  /// The seconds so far.
  var seconds: Double {
    secondsBefore + (ContinuousClock.now - start.withLock { $0 }) / .seconds(1)
  }

  /// Counts from now on: what was done so far is counted elsewhere.
  func begin() { start.withLock { $0 = .now } }

  /// Goes on from work of another process that had taken so many seconds.
  func goOn(from seconds: Double) { before.withLock { $0 = max($0, seconds) } }
}
