import Dispatch
import Synchronization
import Tensors

/// Writes what a piece of work left while the next one is made, one at a time.
///
/// Who needs what is being written waits for it first. It belongs to one thread.
final class WriteBehind {
  private let queue = DispatchQueue(label: "encoderzoo.write-behind", qos: .userInitiated)
  private var pending: (key: String, done: DispatchSemaphore, failure: Failure)?

  /// What went wrong on the other thread.
  private final class Failure: Sendable {
    let error = Mutex<(any Error)?>(nil)
  }

  deinit { pending?.done.wait() }

  /// Starts writing once the one before has ended.
  ///
  /// - Throws: what the one before threw, after this one is written, which may be as good as ever.
  func start(_ key: String, _ write: @escaping @Sendable () throws -> Void) throws {
    var earlier: (any Error)?
    do { try wait() } catch { earlier = error }
    let done = DispatchSemaphore(value: 0)
    let failure = Failure()
    pending = (key, done, failure)
    queue.async {
      // The other processors are the work's that goes on.
      Compute.useOneThreadHere()
      do { try write() } catch { failure.error.withLock { $0 = error } }
      done.signal()
    }
    if let earlier {
      try? wait()
      throw earlier
    }
  }

  /// Throws what writing threw, if it has ended; waits for nothing.
  func check() throws {
    guard let pending, pending.done.wait(timeout: .now()) == .success else { return }
    pending.done.signal()
    try wait()
  }

  /// Waits for what is being written, if it is one of these.
  ///
  /// - Throws: what it threw.
  func wait(for keys: [String]) throws {
    if let pending, keys.contains(pending.key) { try wait() }
  }

  /// Waits for what is being written.
  ///
  /// - Throws: what it threw.
  func wait() throws {
    guard let (_, done, failure) = pending else { return }
    done.wait()
    pending = nil
    if let error = failure.error.withLock({ $0 }) { throw error }
  }
}
