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
  /// - Throws: `ZooError` of code `.badValue` for a word that is not there, with the nearest name.
  public func nearest(to word: String, count: Int = 10) throws -> [Neighbour] {
    guard let row = row(of: word) else {
      // Files hold frequent words first; comparing with millions would take minutes.
      let near = nearestName(to: word, among: Array(words.prefix(20_000)))
      throw ZooError(
        .badValue, "the word \"\(word)\" has no vector",
        advice: near.map { "Did you mean \"\($0)\"?" })
    }
    let cosines = cosines(to: row)
    let order = words.indices.filter { $0 != row }.sorted {
      (cosines[$1], $0) < (cosines[$0], $1)
    }
    return order.prefix(max(0, count)).map {
      Neighbour(word: words[$0], similarity: Float(cosines[$0]))
    }
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
