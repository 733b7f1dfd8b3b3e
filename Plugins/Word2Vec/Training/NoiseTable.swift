import Foundation

/// The distribution of the negatives, each word by a power of its count, as an alias table.
///
/// A draw costs one random number and one look-up whatever the number of words (Walker, "An
/// efficient method for generating discrete random variables with general distributions", 1977,
/// https://doi.org/10.1145/355744.355749; built in linear time as by Vose, 1991). word2vec.c rounds
/// the same distribution to a table of 10⁸ entries.
struct NoiseTable {
  /// One cell for each word from index 2 on.
  let cells: [AliasCell]

  /// The table of counts by vocabulary index; indices 0 and 1 are never drawn.
  init(counts: [Int], exponent: Double) {
    let weights = counts.dropFirst(2).map { $0 > 0 ? pow(Double($0), exponent) : 0 }
    let mean = weights.reduce(0, +) / Double(max(1, weights.count))
    guard mean > 0 else {
      // Words without any count are all alike.
      cells = weights.indices.map { WordKernels.cell(threshold: .max, other: $0) }
      return
    }
    var share = weights.map { $0 / mean }
    var cells = share.indices.map { WordKernels.cell(threshold: .max, other: $0) }
    var small = share.indices.filter { share[$0] < 1 }
    var large = share.indices.filter { share[$0] >= 1 }
    while let poor = small.popLast() {
      // Rounding may leave cells of a share just below 1 alone: they keep their own word.
      guard let rich = large.last else { break }
      cells[poor] = WordKernels.cell(
        threshold: UInt32(share[poor] * 0x1p32), other: rich)
      share[rich] -= 1 - share[poor]
      if share[rich] < 1 {
        large.removeLast()
        small.append(rich)
      }
    }
    self.cells = cells
  }
}
