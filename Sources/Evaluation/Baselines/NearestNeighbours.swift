import Basics

/// A vote of the k training cases whose features point most nearly the same way.
///
/// Similarity is the cosine. The probability of a class or label is (those of the k that have it + the training
/// subset's share of it) / (k + 1), so that it is never 0 or 1 where the share is not; classes add up to 1. Of
/// the k those whose answer is not known do not vote, and k is so many fewer. Of equally near cases the earlier
/// counts first.
package struct NearestNeighbours: Sendable {
  private let rows: [[Float]]
  private let answers: KnownAnswers
  private let shares: [Double]

  /// Keeps the training cases: features `[cases][width]` and their answers.
  ///
  /// - Precondition: as many rows as cases, at least one.
  package init(rows: [[Float]], answers: KnownAnswers) {
    precondition(rows.count == answers.count && !rows.isEmpty, "\(rows.count) rows")
    self.rows = rows.map(NearestNeighbours.unit)
    self.answers = answers
    shares = answers.shares.map { $0 ?? 0.5 }
  }

  /// For each case the places of the training cases, the nearest first, as far as `count`.
  package func nearest(_ cases: [[Float]], count: Int) -> [[Int]] {
    cases.map { row in
      let own = NearestNeighbours.unit(row)
      let similarities = rows.map { other -> Float in
        var sum: Float = 0
        for index in own.indices { sum += own[index] * other[index] }
        return sum
      }
      return similarities.indices.sorted {
        similarities[$0] != similarities[$1] ? similarities[$0] > similarities[$1] : $0 < $1
      }.prefix(count).map { $0 }
    }
  }

  /// The probabilities `[cases, outputs]` from the first k of each case's nearest.
  package func probabilities(_ nearest: [[Int]], k: Int) -> [Double] {
    nearest.flatMap { places in
      (0..<answers.outputs).map { output in
        let votes = places.prefix(k).map { answers.values[$0 * answers.outputs + output] }
          .filter { !$0.isNaN }
        return (Double(votes.count { $0 > 0.5 }) + shares[output]) / Double(votes.count + 1)
      }
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
