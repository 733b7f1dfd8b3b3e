import CKernels

/// The memory of a tensor, taken from the pool and given back with the last reference.
///
/// Written once, by the operation that makes it; only parameters are written again, by optimisers
/// and loaders, which call `contentChanged()`.
package final class Storage {
  package let elementType: ElementType
  package let count: Int
  private var memory: UnsafeMutableRawPointer?
  /// Whose memory it is, where this is a part of another.
  private var owner: Storage?
  /// What makes the content; it is done when the content is first read, unless something that follows
  /// has taken it over by then.
  private(set) var deferred: Deferred?
  /// The content as bf16, where it was made for a reader who rounds it and nobody has read it as numbers of
  /// single precision since.
  private(set) var halves: Storage?

  /// Per-channel mean and biased variance, kept because every layer of a dense block asks again.
  var moments: Moments?
  /// The same weights in the layouts that primitives want, by primitive.
  var reordered: [ObjectIdentifier: Reordered] = [:]
  /// The same weights as our own kernels want them.
  var packed: [PackedWeights.Kind: PackedWeights] = [:]
  /// Of a normalisation's scale: what running statistics make of it.
  var affine: KeptAffine?
  /// The content before it was rounded, where it was computed in double precision.
  var wide: WideStorage?
  /// Which steps of traces made the content.
  var traceMarks: [TraceMark] = []
  /// How often the content has changed.
  private(set) var version = 0

  package init(count: Int, elementType: ElementType = .float32) {
    self.count = count
    self.elementType = elementType
    memory = MemoryPool.shared.take(byteCount)
  }

  /// A content that is made when it is first read.
  init(count: Int, deferred: Deferred) {
    self.count = count
    self.elementType = .float32
    self.deferred = deferred
  }

  /// Some elements of another, in its memory.
  init(_ range: Range<Int>, of whole: Storage) {
    (count, elementType, owner) = (range.count, whole.elementType, whole)
    memory = whole.bytes + range.lowerBound * elementType.byteCount
  }

  deinit { if let memory, owner == nil { MemoryPool.shared.give(memory, byteCount) } }

  private var byteCount: Int { max(count, 1) * elementType.byteCount }

  /// The elements; made here if they have been put off.
  package var bytes: UnsafeMutableRawPointer {
    if let memory { return memory }
    if let halves {
      let widened = MemoryPool.shared.take(byteCount)
      ez_bf16_widen(
        halves.bytes.assumingMemoryBound(to: UInt16.self), count,
        widened.assumingMemoryBound(to: Float.self))
      self.halves = nil
      memory = widened
      return widened
    }
    guard let work = deferred.take() else { preconditionFailure("a tensor has no content") }
    let made = (consume work).run().storage
    let bytes = made.bytes
    made.memory = nil  // now this storage's
    (memory, owner) = (bytes, made.owner)
    wide = made.wide
    return bytes
  }

  /// Whether nothing else reads the memory.
  static func isAlone(_ storage: inout Storage) -> Bool {
    isKnownUniquelyReferenced(&storage) && storage.owner == nil
  }

  /// Asks a convolution that has been put off to write its result to a place of its size; it need not.
  func willGo(to place: Storage) {
    guard case .convolution(var work) = deferred, work.node == nil, !work.isRecorded else { return }
    deferred = nil
    work.place = place
    deferred = .convolution(work)
  }

  /// Takes bf16 for the content that has been put off.
  func madeAsHalves(_ made: Storage) {
    precondition(memory == nil && deferred != nil, "a tensor has its content already")
    deferred = nil
    halves = made
  }

  /// The elements as single-precision numbers.
  package var floats: UnsafeMutablePointer<Float> { bytes.assumingMemoryBound(to: Float.self) }

  /// Drops what was derived from the old content.
  package func contentChanged() {
    moments = nil
    reordered = [:]
    packed = [:]
    affine = nil
    wide = nil
    version += 1
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
