import Dispatch
import Synchronization
import Tensors

/// Values made ahead in the background, in order: the next batches while this one trains.
package final class BatchPipeline<Value: Sendable>: Sendable {
  private let count: Int
  private let ready = DispatchSemaphore(value: 0)
  private let room = DispatchSemaphore(value: 0)
  private let state = Mutex(
    (values: [Int: Result<Value, any Error>](), next: 0, isCancelled: false))

  /// Starts making values 0..<count, at most `depth` ahead of the consumer.
  package init(count: Int, depth: Int = 3, make: @escaping @Sendable (Int) throws -> Value) {
    self.count = count
    // Started at zero and raised: a semaphore may not be released below its first value, which
    // would happen when a training stops half-way.
    for _ in 0..<depth { room.signal() }
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      for index in 0..<count {
        room.wait()
        if state.withLock({ $0.isCancelled }) { return }
        let value = Result { try make(index) }
        state.withLock { $0.values[index] = value }
        ready.signal()
      }
    }
  }

  /// The next value, or nil after the last.
  ///
  /// - Throws: what making it threw.
  package func next() throws -> Value? {
    let index = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    guard index < count else { return nil }
    Profile.lapBetween()
    ready.wait()
    Profile.lap("waiting for a batch")
    defer { room.signal() }
    return try state.withLock { $0.values.removeValue(forKey: index) }?.get()
  }

  /// Stops making values.
  package func cancel() {
    state.withLock { $0.isCancelled = true }
    room.signal()
  }
}
