/// A block of memory, taken from the pool and given back with the last reference.
///
/// Its address is had inside of `withElements` alone, which keeps it alive meanwhile.
package final class Storage {
  package let elementType: ElementType
  package let count: Int
  private let memory: UnsafeMutableRawPointer
  /// Whose memory it is, where this is a part of another.
  let owner: Storage?

  package init(count: Int, elementType: ElementType = .float32) {
    self.count = count
    self.elementType = elementType
    owner = nil
    memory = MemoryPool.shared.take(Storage.byteCount(count, elementType))
  }

  /// Some elements of another, in its memory.
  init(_ range: Range<Int>, of whole: Storage) {
    (count, elementType, owner) = (range.count, whole.elementType, whole)
    memory = whole.memory + range.lowerBound * elementType.byteCount
  }

  deinit {
    if owner == nil { MemoryPool.shared.give(memory, Storage.byteCount(count, elementType)) }
  }

  private static func byteCount(_ count: Int, _ elementType: ElementType) -> Int {
    max(count, 1) * elementType.byteCount
  }

  /// The address, for `withElements`.
  func address(_ access: ElementAccess) -> UnsafeMutableRawPointer { memory }

  /// A copy of the elements in memory of its own.
  package func copied() -> Storage {
    let copy = Storage(count: count, elementType: elementType)
    withElements(self, copy) { from, to in to.update(from: from, count: count) }
    return copy
  }

  /// The elements, copied.
  package var values: [Float] {
    withElements(self) { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }
}
