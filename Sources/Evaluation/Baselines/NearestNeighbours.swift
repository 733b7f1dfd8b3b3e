import Basics

/// A vote of the k training cases whose features point most nearly the same way.
///
/// Similarity is the cosine. The probability is (positives among the k + the training subset's share of
/// positives) / (k + 1), so that it is never 0 or 1. Of equally near cases the earlier counts first.
package struct NearestNeighbours: Sendable {
  private let rows: [[Float]]
  private let labels: [Bool]

  /// Keeps the training cases: features `[cases][width]` and their classes.
  ///
  /// - Precondition: as many rows as labels, at least one.
  package init(rows: [[Float]], labels: [Bool]) {
    precondition(rows.count == labels.count && !rows.isEmpty, "\(rows.count) rows")
    self.rows = rows.map(NearestNeighbours.unit)
    self.labels = labels
  }

  /// For each case the classes of the training cases, the nearest first, as far as `count`.
  package func votes(_ cases: [[Float]], count: Int) -> [[Bool]] {
    cases.map { row in
      let own = NearestNeighbours.unit(row)
      let similarities = rows.map { other -> Float in
        var sum: Float = 0
        for index in own.indices { sum += own[index] * other[index] }
        return sum
      }
      return similarities.indices.sorted {
        similarities[$0] != similarities[$1] ? similarities[$0] > similarities[$1] : $0 < $1
      }.prefix(count).map { labels[$0] }
    }
  }

  /// The probabilities of the positive class from the first k votes of each case.
  package func probabilities(_ votes: [[Bool]], k: Int) -> [Double] {
    let share = Double(labels.count { $0 }) / Double(labels.count)
    return votes.map { vote in
      let near = vote.prefix(k)
      return (Double(near.count { $0 }) + share) / Double(near.count + 1)
    }
  }

  private static func unit(_ row: [Float]) -> [Float] {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if norm > .leastNormalMagnitude.squareRoot(), norm.isFinite { return row.map { $0 / norm } }
    // Squares of what is so small or so large need more than single precision.
    let exact = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return exact > 0 ? row.map { Float(Double($0) / exact) } : row
  }
}
