import Basics

/// What is kept of a text to find its near-duplicates: its shingles as numbers, and the least of each of 64
/// permutations of them.
///
/// The share of equal minima estimates the Jaccard similarity of the shingles (Broder, [On the Resemblance and
/// Containment of Documents](https://doi.org/10.1109/SEQUEN.1997.666900), 1997).
struct TextSignature: Sendable, Equatable {
  /// Words of a shingle; a shorter text is one shingle.
  static let words = 3
  /// Sets of minima that are looked up together: two texts meet where all `rows` of a band are equal.
  static let bands = 16
  static let rows = 4

  /// 64-bit numbers of the different shingles, ascending.
  let shingles: [UInt64]
  /// The number of each band's minima.
  let keys: [UInt64]

  /// Looks at a text of one word or more.
  init(_ text: [String]) {
    let numbers = text.map(TextSignature.number)
    let length = min(TextSignature.words, numbers.count)
    let all = (0...(numbers.count - length)).map { start in
      numbers[start..<start + length].reduce(0x9e37_79b9_7f4a_7c15) { RandomStream.mix($0 ^ $1) }
    }
    let shingles = Set(all).sorted()
    self.shingles = shingles
    keys = (0..<TextSignature.bands).map { band in
      (0..<TextSignature.rows).reduce(UInt64(band)) { key, row in
        let seed = RandomStream.mix(UInt64(band * TextSignature.rows + row + 1))
        let least = shingles.reduce(UInt64.max) { min($0, RandomStream.mix($1 ^ seed)) }
        return RandomStream.mix(key ^ least)
      }
    }
  }

  /// The shingles that two texts share, as a share of those that either has, 0 to 1.
  func similarity(to other: TextSignature) -> Double {
    var (common, i, j) = (0, 0, 0)
    while i < shingles.count, j < other.shingles.count {
      if shingles[i] == other.shingles[j] {
        (common, i, j) = (common + 1, i + 1, j + 1)
      } else if shingles[i] < other.shingles[j] {
        i += 1
      } else {
        j += 1
      }
    }
    let all = shingles.count + other.shingles.count - common
    return all == 0 ? 1 : Double(common) / Double(all)
  }

  /// A word as a number: FNV-1a over its bytes.
  private static func number(_ word: String) -> UInt64 {
    RandomStream.mix(
      word.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}
