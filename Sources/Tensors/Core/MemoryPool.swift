import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Blocks of memory that are kept for the next tensor of the same size.
///
/// A training step asks for the same sizes again and again; giving large blocks back to the system
/// would cost a page fault for each 4 KiB of each step. Sizes are rounded up so that nearby ones
/// share. For each size, what is kept is bounded by what was in use at once.
package final class MemoryPool: Sendable {
  package static let shared = MemoryPool()

  private struct State {
    // Addresses, since raw pointers are not Sendable; each is owned by this pool alone.
    var free: [Int: [UInt]] = [:]
    var inUse = 0
    var peak = 0
  }
  private let state = Mutex(State())
  /// Whether what is given back is overwritten with NaN, so that who reads it later is found out; for
  /// tests, which set `ENCODERZOO_OVERWRITE_FREED`.
  private let overwrites = getenv("ENCODERZOO_OVERWRITE_FREED") != nil

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
    let kept = state.withLock { state -> UInt? in
      state.inUse += size
      state.peak = max(state.peak, state.inUse)
      return state.free[size]?.popLast()
    }
    if let kept, let pointer = UnsafeMutableRawPointer(bitPattern: kept) { return pointer }
    return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  }

  func give(_ pointer: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = MemoryPool.rounded(bytes)
    let address = UInt(bitPattern: pointer)
    if overwrites { pointer.initializeMemory(as: UInt8.self, repeating: 0xFF, count: size) }
    state.withLock { state in
      state.inUse -= size
      state.free[size, default: []].append(address)
    }
  }
}
