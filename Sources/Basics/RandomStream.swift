import Foundation

/// A counter-based random number generator: Philox 4×32-10 (Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011, https://doi.org/10.1145/2063384.2063405).
///
/// A stream is a key and a counter, a value without hidden state: the n-th number of a stream is
/// the same whichever thread asks for it and whenever. Streams for parts of the work are derived
/// by name or index, so that adding a part never moves the numbers of another.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private var counter: UInt64 = 0
  private var block: SIMD4<UInt32> = .zero
  private var unused = 0
  private var spareNormal: Double?

  /// The stream of a seed.
  public init(seed: UInt64) { key = RandomStream.mix(seed) }

  /// An independent stream for a named part of the work; this stream does not move.
  public func derived(_ name: String) -> RandomStream {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a: stable across runs, unlike Hasher
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return RandomStream(seed: key ^ RandomStream.mix(hash))
  }

  /// An independent stream for a numbered part of the work; this stream does not move.
  public func derived(_ index: Int) -> RandomStream {
    RandomStream(seed: key &+ RandomStream.mix(UInt64(bitPattern: Int64(index)) &+ 0x51_7c_c1))
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if unused < 2 {
      let low = UInt32(truncatingIfNeeded: counter)
      let high = UInt32(truncatingIfNeeded: counter >> 32)
      block = philox4x32(counter: SIMD4(low, high, 0, 0), key: key)
      counter += 1
      unused = 4
    }
    unused -= 2
    return UInt64(block[unused]) | UInt64(block[unused + 1]) << 32
  }

  /// A number of `[0, 1)` with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of `[low, high)`.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// A whole number of `0..<bound`, without bias.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// A draw from the standard normal distribution (Box–Muller).
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// The numbers `0..<count` in random order.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(using: &self)
    return order
  }

  /// A number whose bits depend on all bits of another: the last step of SplitMix64.
  package static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// The Philox 4×32 block function with ten rounds: 128 bits of counter, 64 of key.
package func philox4x32(counter: SIMD4<UInt32>, key: UInt64) -> SIMD4<UInt32> {
  var x = counter
  var k0 = UInt32(truncatingIfNeeded: key)
  var k1 = UInt32(truncatingIfNeeded: key >> 32)
  for _ in 0..<10 {
    let p0 = UInt64(0xd251_1f53) * UInt64(x[0])
    let p1 = UInt64(0xcd9e_8d57) * UInt64(x[2])
    x = SIMD4(
      UInt32(truncatingIfNeeded: p1 >> 32) ^ x[1] ^ k0, UInt32(truncatingIfNeeded: p1),
      UInt32(truncatingIfNeeded: p0 >> 32) ^ x[3] ^ k1, UInt32(truncatingIfNeeded: p0))
    k0 = k0 &+ 0x9e37_79b9
    k1 = k1 &+ 0xbb67_ae85
  }
  return x
}
