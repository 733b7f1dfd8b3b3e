import Foundation

/// A set of byte strings, numbered in the order they came.
///
/// One block of bytes and one open-addressed table, so that looking up a word that is not there
/// costs one hash and mostly one load.
struct ByteIndex: Sendable {
  private var bytes: [UInt8] = []
  /// Where each string ends in `bytes`.
  private var ends: [Int] = []
  // Low 32 bits: number plus one, 0 when free. High 32 bits: a part of the hash.
  private var slots: [UInt64]
  /// Differs in every process, so that a file can't be made to collide.
  private let seed = UInt64.random(in: .min ... .max)

  /// An empty set with room for `capacity` strings.
  init(capacity: Int = 8) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  /// The set of some strings.
  init(_ strings: any Collection<String>) {
    self.init(capacity: strings.count)
    for var string in strings { _ = string.withUTF8 { insert(UnsafeRawBufferPointer($0)) } }
  }

  /// The number of strings.
  var count: Int { ends.count }

  /// The number of a string, or nil.
  @inline(__always)
  func find(_ string: UnsafeRawBufferPointer) -> Int? {
    let hash = digest(string)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let number = Int(slots[slot] & 0xffff_ffff) - 1
        if equals(number, string) { return number }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a string unless it is there.
  mutating func insert(_ string: UnsafeRawBufferPointer) -> (number: Int, isNew: Bool) {
    if let number = find(string) { return (number, false) }
    precondition(count < Int(Int32.max), "more than 2^31 words")
    if 2 * (count + 1) > slots.count { grow() }
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
    place(count - 1, hash: digest(string))
    return (count - 1, true)
  }

  private mutating func place(_ number: Int, hash: UInt64) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = (hash & ~0xffff_ffff) | UInt64(number + 1)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    for number in 0..<count {
      let hash = bytes.withUnsafeBytes {
        digest(UnsafeRawBufferPointer(rebasing: $0[range(number)]))
      }
      place(number, hash: hash)
    }
  }

  private func range(_ number: Int) -> Range<Int> {
    (number == 0 ? 0 : ends[number - 1])..<ends[number]
  }

  private func equals(_ number: Int, _ string: UnsafeRawBufferPointer) -> Bool {
    let range = range(number)
    guard range.count == string.count else { return false }
    return bytes.withUnsafeBytes { all in
      guard let base = all.baseAddress, let other = string.baseAddress else { return true }
      return memcmp(base + range.lowerBound, other, range.count) == 0
    }
  }

  /// Multiply and fold, eight bytes a step.
  @inline(__always)
  private func digest(_ string: UnsafeRawBufferPointer) -> UInt64 {
    var state = seed ^ UInt64(truncatingIfNeeded: string.count)
    var offset = 0
    while offset + 8 <= string.count {
      state = fold(state ^ string.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < string.count {
      rest = rest << 8 | UInt64(string[offset])
      offset += 1
    }
    return fold(fold(state ^ rest))
  }

  @inline(__always)
  private func fold(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
    return product.high ^ product.low
  }
}
