/// The hashes of many pictures, ordered by their keys.
///
/// A look-up reads the first ``mostEntries`` hashes of a key, those of the earliest pictures, so that the time for a
/// picture does not grow with the number of pictures that look alike (Indyk and Motwani, [Approximate Nearest
/// Neighbors](https://doi.org/10.1145/276698.276876), 1998; the probes are those of Lv and others, [Multi-Probe
/// LSH](https://www.vldb.org/conf/2007/papers/research/p950-lv.pdf), 2007).
struct HashIndex: Sendable {
  /// The hashes of one key that are looked at.
  static let mostEntries = 32
  /// The most bits of 64 in which hashes differ that speak for a picture.
  static let mostBits = 14
  /// The pictures that are compared with one at most.
  static let mostCandidates = 32

  /// An earlier picture that may be a picture's near-duplicate.
  struct Candidate: Equatable {
    let picture: Int
    let isMirrored: Bool
    /// How many hashes of the picture found one of it.
    let votes: Int
  }

  /// The bits of all hashes, picture by picture; those of picture `i` begin at `starts[i]`.
  private let bits: [UInt64]
  private let starts: [Int]
  /// Key, then position in `bits`.
  private let entries: [UInt64]
  /// Where the entries begin whose keys begin with so many.
  private let prefixes: [Int]
  private static let prefixBits = 16
  private static let positionBits: UInt64 = 40

  /// Hashes that no look-up reads since 32 earlier ones have the same key.
  let unread: Int

  init(_ pictures: [PictureSignature?]) {
    var (bits, starts): ([UInt64], [Int]) = ([], [0])
    for picture in pictures {
      bits += picture?.hashes.map(\.bits) ?? []
      starts.append(bits.count)
    }
    entries = bits.enumerated().map {
      UInt64(LocalHash.key($1)) << HashIndex.positionBits | UInt64($0)
    }.sorted()
    var prefixes = [Int](repeating: 0, count: 1 << HashIndex.prefixBits + 1)
    let shift = HashIndex.positionBits + UInt64(LocalHash.keyBits - HashIndex.prefixBits)
    for entry in entries { prefixes[Int(entry >> shift) + 1] += 1 }
    for index in 1..<prefixes.count { prefixes[index] += prefixes[index - 1] }
    var (unread, run, last) = (0, 0, UInt64.max)
    for entry in entries {
      let key = entry >> HashIndex.positionBits
      run = key == last ? run + 1 : 1
      last = key
      if run > HashIndex.mostEntries { unread += 1 }
    }
    (self.bits, self.starts, self.prefixes, self.unread) = (bits, starts, prefixes, unread)
  }

  /// The earlier pictures that hashes of a picture speak for, those with most votes first, of equal ones those with
  /// the nearest hash; and how many more there were.
  func candidates(for picture: Int, _ signature: PictureSignature) -> (
    found: [Candidate], passedOver: Int
  ) {
    var votes: [UInt64] = []
    for hash in signature.hashes {
      for isMirrored in [false, true] {
        let own = isMirrored ? hash.bits ^ LocalHash.mirrored : hash.bits
        for key in LocalHash.probes(own, weak: hash.weak) {
          add(key, own, before: starts[picture], isMirrored, to: &votes)
        }
      }
    }
    votes.sort()
    var ranked: [(candidate: Candidate, nearest: UInt64)] = []
    var place = 0
    while place < votes.count {
      let who = votes[place] >> 8
      var end = place
      while end < votes.count, votes[end] >> 8 == who { end += 1 }
      ranked.append(
        (
          Candidate(picture: Int(who >> 1), isMirrored: who & 1 == 1, votes: end - place),
          votes[place] & 255
        ))
      place = end
    }
    ranked.sort { one, other in
      (other.candidate.votes, one.nearest, one.candidate.picture)
        < (one.candidate.votes, other.nearest, other.candidate.picture)
    }
    let most = HashIndex.mostCandidates
    return (ranked.prefix(most).map(\.candidate), max(0, ranked.count - most))
  }

  /// Adds a vote of a key for each earlier picture: picture, whether mirrored, and bits in which the hashes differ.
  private func add(
    _ key: UInt32, _ own: UInt64, before end: Int, _ isMirrored: Bool, to votes: inout [UInt64]
  ) {
    let wanted = UInt64(key)
    let prefix = Int(key >> UInt32(LocalHash.keyBits - HashIndex.prefixBits))
    var (low, high) = (prefixes[prefix], prefixes[prefix + 1])
    let last = high
    while low < high {
      let middle = (low + high) / 2
      if entries[middle] >> HashIndex.positionBits < wanted {
        low = middle + 1
      } else {
        high = middle
      }
    }
    for index in low..<min(last, low + HashIndex.mostEntries) {
      let entry = entries[index]
      let position = Int(entry & (1 << HashIndex.positionBits - 1))
      guard entry >> HashIndex.positionBits == wanted, position < end else { return }
      let distance = (bits[position] ^ own).nonzeroBitCount
      if distance <= HashIndex.mostBits {
        let who = UInt64(self.picture(at: position)) << 1 | (isMirrored ? 1 : 0)
        votes.append(who << 8 | UInt64(distance))
      }
    }
  }

  /// The picture that a position of `bits` belongs to.
  private func picture(at position: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    return low
  }
}
