/// Word vectors that training goes on from.
///
/// Which rows are given is said apart from their numbers: a vector of zeros is a vector too.
package struct GivenVectors: Sendable {
  /// `[words, dimension]`, row-major, in the order of the vocabulary.
  package var values: [Float]
  /// Whether the row of a word holds its vector; others are drawn.
  package var isGiven: [Bool]

  /// Vectors and which of them count.
  package init(values: [Float], isGiven: [Bool]) {
    self.values = values
    self.isGiven = isGiven
  }
}
