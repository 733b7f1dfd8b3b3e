import Basics

/// Interprets the operations of a pickle that `torch.save` writes, and nothing else.
///
/// It has Python's stack, marks and memo, but no Python: a call is a case of `PickleFunction`, and an
/// object is a class's name with its state. What it holds is bounded by the pickle: at most
/// `maximumByteCount` bytes are read and `maximumOperationCount` operations done, each of which makes
/// at most one value.
///
/// Format: [pickletools](https://github.com/python/cpython/blob/main/Lib/pickletools.py),
/// protocols 1 to 5.
struct PickleMachine {
  /// The longest pickle that is read: the largest models' take a few megabytes.
  static let maximumByteCount = 64 << 20
  /// The most operations: a DenseNet-201 pickled as a whole takes about 200,000.
  static let maximumOperationCount = 4_000_000

  /// The pickle, from its first byte; more may follow it.
  let bytes: UnsafeRawBufferPointer
  /// Where the pickle stands, for messages: file, entry, and the first byte's position there.
  let place: Place
  let origin: Int
  /// The next byte to be read; after a run, the first beyond the pickle.
  var position = 0
  /// Where the operation at hand begins.
  var operation = 0
  var stack: [PickleValue] = []
  /// The depths of the stack at the marks.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  var heap = PickleHeap()
  /// The storages that were named, in the order of their first mention.
  var storages: [TorchStorageRecord] = []
  var storagePositions: [String: Int] = [:]
  /// Bytes that calls have copied so far.
  private var copied = 0

  init(_ bytes: UnsafeRawBufferPointer, place: Place, origin: Int = 0) {
    self.bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.maximumByteCount))
    self.place = place
    self.origin = origin
  }

  /// An error at the operation at hand.
  func failure(_ message: String, advice: String? = nil) -> ZooError {
    var place = place
    place.key = (place.key.map { "\($0), " } ?? "") + "byte \(origin + operation)"
    return ZooError(.badFormat, message, at: place, advice: advice)
  }

  /// The refusal of a name that the rule of `PickleGlobal` does not let in.
  func refusal(_ what: String, _ name: String, nearest: String? = nil) -> ZooError {
    failure(
      "the pickle \(what) \(name), which is not among what a weight file may name"
        + (nearest.map { "; the nearest that is: \($0)" } ?? ""),
      advice: "Nothing was executed. If the file can be trusted, load it in Python and save its"
        + " state_dict() with torch.save or safetensors; else delete it.")
  }

  // MARK: Bytes

  /// The next bytes.
  mutating func take(_ count: UInt64) throws -> UnsafeRawBufferPointer {
    guard count <= UInt64(bytes.count - position) else {
      throw failure(
        "the pickle wants \(count) bytes more, but only \(bytes.count - position) follow",
        advice: bytes.count == Self.maximumByteCount
          ? "Pickles of more than \(Self.maximumByteCount) bytes are not read."
          : ZipReader.cutShort)
    }
    let start = position
    position += Int(count)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  /// The next bytes as a little-endian number.
  mutating func number<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) throws -> Word {
    Word(
      littleEndian: try take(UInt64(MemoryLayout<Word>.size)).loadUnaligned(as: Word.self))
  }

  /// The bytes up to the next line feed, which is read too.
  mutating func line() throws -> UnsafeRawBufferPointer {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else {
      throw failure("the pickle ends within a line", advice: ZipReader.cutShort)
    }
    let start = position
    position = end + 1
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  /// Bytes as a text.
  func text(_ bytes: UnsafeRawBufferPointer) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("a text of the pickle is not UTF-8")
    }
    return text
  }

  /// Counts bytes that a call copies: a short pickle must not copy a long value many times.
  mutating func charge(_ count: Int) throws {
    copied += count
    guard copied <= Self.maximumByteCount else {
      throw failure("the calls of the pickle copy more than \(Self.maximumByteCount) bytes")
    }
  }

  // MARK: Stack

  /// Takes the top of the stack.
  mutating func pop() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw failure("the pickle takes a value from an empty stack")
    }
    return value
  }

  /// The top of the stack, which stays.
  func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw failure("the pickle takes a value from an empty stack")
    }
    return value
  }

  /// Takes what stands above the last mark, and the mark.
  mutating func popMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure("the pickle has no mark to go back to") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  /// Takes so many values, the deepest first.
  mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw failure("the pickle takes a value from an empty stack")
    }
    let items = Array(stack.suffix(count))
    stack.removeLast(count)
    return items
  }

  /// Puts a new node on the stack.
  mutating func push(_ node: PickleNode) { stack.append(heap.add(node)) }
}
