import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Blocks of memory that are kept for the next tensor of the same size, or a little less.
///
/// A training step asks for the same sizes again and again; giving large blocks back to the system
/// would cost a page fault for each 4 KiB of each step. Sizes are rounded up so that nearby ones
/// share. What is kept is bounded: where batches are of ever other lengths, blocks of sizes that have not been asked for
/// longest go back to the system once all blocks together pass one and a half times the most that was in use.
package final class MemoryPool: Sendable {
  package static let shared = MemoryPool()

  private struct State {
    // Addresses, since raw pointers are not Sendable; each is owned by this pool alone.
    var free: [Int: [UInt]] = [:]
    /// Of each size the last request for it, by its number.
    var asked: [Int: Int] = [:]
    /// Blocks in use that are larger than what was asked for, and their sizes.
    var larger: [UInt: Int] = [:]
    var requests = 0
    var kept = 0
    var inUse = 0
    /// What blocks in use have more than was asked for.
    var surplus = 0
    var peak = 0

    /// A block that is kept, of a size or, of a large one, up to half as much again: new memory costs a page
    /// fault for each page, and the gradients of a network are all of other sizes.
    mutating func reuse(_ size: Int) -> UInt? {
      var found = size
      if free[size]?.isEmpty ?? true {
        guard size >= MemoryPool.large,
          let next = free.filter({ (size...size + size / 2) ~= $0.key && !$0.value.isEmpty }).keys
            .min()
        else { return nil }
        found = next
      }
      guard let address = free[found]?.popLast() else { return nil }
      kept -= found
      asked[found] = requests
      if found > size {
        larger[address] = found
        surplus += found - size
      }
      return address
    }

    /// Takes blocks out of what is kept until all together are within a limit; who calls it gives them back.
    mutating func shed(to limit: Int) -> [UInt] {
      var shed: [UInt] = []
      while inUse + surplus + kept > limit {
        guard
          let size = free.filter({ !$0.value.isEmpty }).keys.min(by: {
            (asked[$0] ?? 0, $0) < (asked[$1] ?? 0, $1)
          }), let address = free[size]?.popLast()
        else { break }
        shed.append(address)
        kept -= size
      }
      return shed
    }
  }
  private let state = Mutex(State())
  /// Bytes that may be kept beyond one and a half times the most in use.
  private let slack: Int
  /// Whether what is given back is overwritten with NaN, so that who reads it later is found out; for
  /// tests, which set `ENCODERZOO_OVERWRITE_FREED`.
  private let overwrites = getenv("ENCODERZOO_OVERWRITE_FREED") != nil

  /// A pool; `slack` are bytes that may be kept in any case.
  init(slack: Int = 128 << 20) { self.slack = slack }

  /// From so many bytes on, a block may serve that is larger than what is asked for.
  private static let large = 1 << 20

  /// Bytes that are kept for tensors to come.
  var kept: Int { state.withLock { $0.kept } }

  /// Bytes of live tensors now and at most so far.
  package var usage: (now: Int, peak: Int) { state.withLock { ($0.inUse, $0.peak) } }

  /// Sets the peak back to what is in use now.
  package func resetPeak() { state.withLock { $0.peak = $0.inUse } }

  static func rounded(_ bytes: Int) -> Int {
    var step = 64
    while step * 16 < bytes { step *= 2 }
    return max(64, (bytes + step - 1) / step * step)
  }

  func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = MemoryPool.rounded(bytes)
    let (kept, shed) = state.withLock { state -> (UInt?, [UInt]) in
      state.inUse += size
      state.peak = max(state.peak, state.inUse)
      state.requests += 1
      state.asked[size] = state.requests
      if let kept = state.reuse(size) { return (kept, []) }
      return (nil, state.shed(to: state.peak + state.peak / 2 + slack))
    }
    for address in shed { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
    if let kept, let pointer = UnsafeMutableRawPointer(bitPattern: kept) { return pointer }
    return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  }

  func give(_ pointer: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = MemoryPool.rounded(bytes)
    let address = UInt(bitPattern: pointer)
    if overwrites { pointer.initializeMemory(as: UInt8.self, repeating: 0xFF, count: size) }
    state.withLock { state in
      let whole = state.larger.removeValue(forKey: address) ?? size
      state.inUse -= size
      state.surplus -= whole - size
      state.kept += whole
      state.free[whole, default: []].append(address)
    }
  }
}
