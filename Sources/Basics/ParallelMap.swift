import Dispatch
import Synchronization

/// What `work` makes of each item, in the order of the items, on all cores.
///
/// Every item is worked on before an error is thrown, but after a signal no further one is begun.
///
/// - Throws: the error of the first item that has one; `Interrupted`.
package func mappedInParallel<Item: Sendable, Value: Sendable>(
  _ items: [Item], _ work: @Sendable (Item) throws -> Value
) throws -> [Value] {
  let results = Mutex([Result<Value, any Error>?](repeating: nil, count: items.count))
  DispatchQueue.concurrentPerform(iterations: items.count) { index in
    guard !Interruption.isRequested else { return }
    let result = Result { try work(items[index]) }
    results.withLock { $0[index] = result }
  }
  try Interruption.check()
  return try results.withLock { try $0.compactMap { try $0?.get() } }
}

/// As ``mappedInParallel(_:_:)`` for work that takes some microseconds an item, which is too little to hand over by itself.
///
/// - Throws: the error of the first item that has one; `Interrupted`.
package func mappedInPieces<Item: Sendable, Value: Sendable>(
  _ items: [Item], _ work: @Sendable (Item) throws -> Value
) throws -> [Value] {
  let size = 500
  let pieces = stride(from: 0, to: items.count, by: size).map {
    items[$0..<min(items.count, $0 + size)]
  }
  return try mappedInParallel(pieces) { try $0.map(work) }.flatMap { $0 }
}

extension ProgressReporter {
  /// What `work` makes of each item, as ``mappedInParallel(_:_:)``, as a stage whose progress is shown.
  ///
  /// - Throws: the error of the first item that has one; `Interrupted`.
  package func mapped<Item: Sendable, Value: Sendable>(
    _ items: [Item], stage: String, _ work: @Sendable (Item) throws -> Value
  ) throws -> [Value] {
    begin(stage, total: items.count)
    defer { end() }
    return try mappedInParallel(items) { item in
      defer { advance(by: 1) }
      return try work(item)
    }
  }
}
