import Basics

extension WordVectorTable {
  /// A word and how near it is.
  public struct Neighbour: Sendable, Equatable {
    /// The word.
    public let word: String
    /// The cosine of the angle between the two vectors, −1…1.
    public let similarity: Float

    /// A word and its cosine.
    public init(word: String, similarity: Float) {
      self.word = word
      self.similarity = similarity
    }
  }

  /// The words with the greatest cosine to a word, itself left out; of equal ones the earlier row.
  ///
  /// A vector of zeros has the cosine 0 with everything. Takes time in proportion to the table.
  ///
  /// - Precondition: `count` is 0 or more.
  /// - Throws: `ZooError` of code `.badValue` for a word that is not there, with the nearest spelling.
  public func nearest(to word: String, count: Int = 10) throws -> [Neighbour] {
    precondition(count >= 0, "count is \(count); expected 0 or more")
    guard let row = row(of: word) else {
      throw ZooError(
        .badValue, "the word \"\(word)\" has no vector",
        at: summary.map { Place(path: $0.path) },
        advice: nearestSpelling(to: word).map { "Did you mean \"\($0)\"?" })
    }
    let cosines = cosines(to: row)
    var best: [Int] = []
    for other in words.indices where other != row {
      if best.count == count {
        guard let last = best.last, cosines[other] > cosines[last] else { continue }
        best.removeLast()
      }
      // Rows come in order, so an equal one that is there already stays in front.
      let position = best.lastIndex { cosines[$0] >= cosines[other] }.map { $0 + 1 } ?? 0
      best.insert(other, at: position)
    }
    return best.map { Neighbour(word: words[$0], similarity: Float(cosines[$0])) }
  }

  private func cosines(to row: Int) -> [Double] {
    values.withUnsafeBufferPointer { values in
      let own = values[row * dimension..<(row + 1) * dimension]
      let ownSquare = own.reduce(0.0) { $0 + Double($1) * Double($1) }
      return words.indices.map { other in
        var product = 0.0
        var square = 0.0
        let from = other * dimension
        for offset in 0..<dimension {
          let value = Double(values[from + offset])
          product += value * Double(values[row * dimension + offset])
          square += value * value
        }
        let norms = (ownSquare * square).squareRoot()
        return norms > 0 ? product / norms : 0
      }
    }
  }
}
