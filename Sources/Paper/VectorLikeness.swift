import Foundation
import WordVectors

/// How much two tables of word vectors say the same of the words that both have.
///
/// The spaces differ in dimension and rotation, so that vectors can't be compared; what they say of pairs of words can:
/// the correlation of all cosines (representational similarity, Kriegeskorte et al. 2008,
/// https://doi.org/10.3389/neuro.06.004.2008), and how many of a word's nearest words are the same.
struct VectorLikeness {
  /// Words of each table, and of both.
  let words: (first: Int, second: Int, shared: Int)
  /// The words that were compared: the first of those that both have.
  let compared: Int
  /// Pearson's correlation of the cosines of all pairs of them, −1…1.
  let correlation: Double
  /// The mean share of the nearest words that both have in common, 0…1.
  let commonNeighbours: Double
  /// The same by chance.
  let byChance: Double

  /// The nearest words that are looked at.
  static let neighbourCount = 10

  /// Compares tables over the first `limit` shared words in the order of the first; nil where they share too few.
  init?(_ first: WordVectorTable, _ second: WordVectorTable, limit: Int = 1000) {
    let shared = first.words.filter { second.row(of: $0) != nil }
    let used = shared.prefix(limit).filter {
      VectorLikeness.norm(first.vector(of: $0)) > 0
        && VectorLikeness.norm(second.vector(of: $0)) > 0
    }
    guard used.count > VectorLikeness.neighbourCount + 1 else { return nil }
    let one = VectorLikeness.cosines(used, first)
    let other = VectorLikeness.cosines(used, second)
    words = (first.words.count, second.words.count, shared.count)
    compared = used.count
    var pairs: [(Double, Double)] = []
    pairs.reserveCapacity(used.count * (used.count - 1) / 2)
    var common = 0
    for row in used.indices {
      for column in (row + 1)..<used.count { pairs.append((one[row][column], other[row][column])) }
      common +=
        VectorLikeness.nearest(row, one[row])
        .intersection(VectorLikeness.nearest(row, other[row])).count
    }
    correlation = VectorLikeness.correlation(pairs)
    commonNeighbours = Double(common) / Double(used.count * VectorLikeness.neighbourCount)
    byChance = Double(VectorLikeness.neighbourCount) / Double(used.count - 1)
  }

  private static func norm(_ vector: ArraySlice<Float>?) -> Double {
    (vector ?? []).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private static func cosines(_ words: [String], _ table: WordVectorTable) -> [[Double]] {
    let vectors = words.map { word -> [Double] in
      let vector = table.vector(of: word) ?? []
      let length = norm(vector)
      return vector.map { Double($0) / length }
    }
    return vectors.map { row in
      vectors.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  private static func nearest(_ row: Int, _ cosines: [Double]) -> Set<Int> {
    Set(
      cosines.indices.filter { $0 != row }
        .sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }.prefix(neighbourCount))
  }

  private static func correlation(_ pairs: [(Double, Double)]) -> Double {
    let count = Double(pairs.count)
    let x = pairs.reduce(0) { $0 + $1.0 } / count
    let y = pairs.reduce(0) { $0 + $1.1 } / count
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in pairs {
      xx += (a - x) * (a - x)
      yy += (b - y) * (b - y)
      xy += (a - x) * (b - y)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }
}
