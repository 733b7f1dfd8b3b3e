/// The memory of a tensor, taken from the pool and given back with the last reference.
///
/// Written once, by the operation that makes it; only parameters are written again, by optimisers
/// and loaders, which call `contentChanged()`.
package final class Storage {
  package let elementType: ElementType
  package let count: Int
  package let bytes: UnsafeMutableRawPointer

  /// Per-channel mean and biased variance, kept because every layer of a dense block asks again.
  var moments: Moments?
  /// The same weights in the layouts that primitives want, by primitive.
  var reordered: [ObjectIdentifier: Reordered] = [:]

  package init(count: Int, elementType: ElementType = .float32) {
    self.count = count
    self.elementType = elementType
    bytes = MemoryPool.shared.take(max(count, 1) * elementType.byteCount)
  }

  deinit { MemoryPool.shared.give(bytes, max(count, 1) * elementType.byteCount) }

  /// The elements as single-precision numbers.
  package var floats: UnsafeMutablePointer<Float> { bytes.assumingMemoryBound(to: Float.self) }

  /// Drops what was derived from the old content.
  package func contentChanged() {
    moments = nil
    reordered = [:]
  }
}

/// Weights in the layout of one primitive.
///
/// The owner is weak: a later primitive at the address of one that is gone must not find them.
struct Reordered {
  weak var owner: AnyObject?
  var storage: Storage
}

/// Mean and biased variance of each channel.
struct Moments {
  var mean: [Double]
  var variance: [Double]
}
