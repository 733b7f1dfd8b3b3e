/// How strongly two classifications of the same cases go together, 0 (not at all) to 1 (one follows from the other).
///
/// V = √(φ² / min(r − 1, c − 1)), φ² = χ²/n, bias corrected as in Bergsma 2013, "A bias-correction for Cramér's V and
/// Tschuprow's T", https://doi.org/10.1016/j.jkss.2012.10.002: φ² − (r − 1)(c − 1)/(n − 1), at least 0, with r and c
/// less (r − 1)²/(n − 1) and (c − 1)²/(n − 1).
package enum CramersV {
  /// V of two rows of classes, one of each a case; 0 where one has a single class or there are fewer than two cases.
  ///
  /// - Precondition: as many of both.
  package static func value(_ first: [String], _ second: [String]) -> Double {
    precondition(first.count == second.count, "\(first.count) and \(second.count) classes")
    func counts<Key: Hashable>(_ keys: [Key]) -> [Key: Double] {
      keys.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    let (rows, columns) = (counts(first), counts(second))
    let cells = counts(zip(first, second).map { [$0, $1] })
    let count = Double(first.count)
    let (r, c) = (Double(rows.count), Double(columns.count))
    guard r > 1, c > 1 else { return 0 }
    // χ²/n = Σ n_ij² / (n_i n_j) − 1; summed in a fixed order, so that it is the same to the bit.
    let terms = cells.map { key, found in
      found * found / ((rows[key[0]] ?? 1) * (columns[key[1]] ?? 1))
    }
    let phi = max(0, terms.sorted().reduce(0, +) - 1 - (r - 1) * (c - 1) / (count - 1))
    let least = min(r - (r - 1) * (r - 1) / (count - 1), c - (c - 1) * (c - 1) / (count - 1)) - 1
    return least > 0 ? (phi / least).squareRoot() : 0
  }
}
