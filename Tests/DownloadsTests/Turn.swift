import Synchronization

/// Counts, from any thread.
final class Turn: Sendable {
  private let count = Atomic<Int>(0)

  /// 0, 1, 2 and so on.
  func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
