/// What a tensor holds, shared by its copies: memory, or the work that will fill it.
///
/// Written once, by the operation that makes it; only parameters are written again, by optimisers and
/// loaders, which call `contentChanged()`.
package final class TensorContent {
  package let count: Int
  package let elementType: ElementType
  /// The memory; nil until what is lazy has been done.
  private(set) var storage: Storage?
  /// What makes the content; it is done when the content is first read, unless something that follows has
  /// taken it over by then.
  private(set) var lazy: LazyWork?
  /// The content as bf16, where it was made for a reader who rounds it, or adds it to what is rounded, or by attention,
  /// and nobody has read it as numbers of single precision since.
  private(set) var halves: Storage?
  /// What was computed from the content.
  var cache = ContentCache()
  /// Which steps of traces made the content.
  var traceMarks: [TraceMark] = []
  /// How often the content has changed.
  private(set) var version = 0

  init(_ storage: Storage) {
    (self.storage, count, elementType) = (storage, storage.count, storage.elementType)
  }

  /// A content that is made when it is first read.
  init(count: Int, lazy: LazyWork) {
    (self.count, self.lazy, elementType) = (count, lazy, .float32)
  }

  /// A content that is bf16.
  init(count: Int, halves: Storage) {
    (self.count, self.halves, elementType) = (count, halves, .float32)
  }

  /// Whether nothing else reads the memory.
  static func isAlone(_ content: inout TensorContent) -> Bool {
    isKnownUniquelyReferenced(&content) && content.ownsMemoryAlone
  }

  private var ownsMemoryAlone: Bool {
    guard storage?.owner == nil, storage != nil else { return false }
    return isKnownUniquelyReferenced(&storage)
  }

  /// Drops what was derived from the old content.
  package func contentChanged() {
    cache = ContentCache()
    version += 1
  }

  /// The memory; what is lazy is done here, once, and nowhere else.
  func materialized() -> Storage {
    if let storage { return storage }
    let made: Storage
    if let halves {
      made = halves.widened(count: count)
      self.halves = nil
    } else {
      guard let work = lazy.take() else { preconditionFailure("a tensor has no content") }
      let result = (consume work).run().content
      made = result.materialized()
      cache.wide = result.cache.wide
    }
    storage = made
    return made
  }

  /// The convolution that is to make the content, which is empty then; nil where somebody else holds it.
  static func takeConvolution(_ content: inout TensorContent) -> LazyConvolution? {
    guard isKnownUniquelyReferenced(&content), content.storage == nil,
      case .convolution = content.lazy, case .convolution(let work) = content.lazy.take()
    else { return nil }
    return work
  }

  /// Makes the content as bf16, by the convolution that is lazy, which nobody else holds meanwhile.
  func makeHalves(_ make: (inout LazyConvolution) -> Storage) {
    guard case .convolution(var work) = lazy.take() else {
      preconditionFailure("no convolution makes this content")
    }
    halves = make(&work)
  }

  /// Asks a lazy convolution to write its result to a place of its size; it need not.
  func setDestination(_ place: Storage) {
    guard case .convolution(var work) = lazy, work.node == nil, !work.isRecorded else { return }
    lazy = nil
    work.place = place
    lazy = .convolution(work)
  }
}
