/// Looks at the word vectors of a pass, puts others in their place, and catches their gradient.
///
/// A word's vector is looked up by its index, which has no gradient; an explanation needs that of the
/// vector of each word instance, wherever the same word stands besides. Set a tap as the pass's
/// `embeddingTap`; rows of the padding index are left alone.
package final class EmbeddingTap {
  /// How many look-ups came by; more than one can't be told apart.
  package private(set) var calls = 0
  /// The length of a vector.
  package private(set) var width = 0
  /// The vectors of the words as the table has them, `[words, width]`, padding left out.
  package private(set) var rows: [Float] = []
  private let replacement: [Float]?
  private var places: [Int] = []
  private let node = GradientNode()

  /// A tap; `replacement` are the vectors `[words, width]` that words get instead.
  package init(replacement: [Float]? = nil) { self.replacement = replacement }

  /// The gradient with respect to the words' vectors, `[words, width]`; zero where none arrived.
  package var gradient: [Float] {
    var result = [Float](repeating: 0, count: places.count * width)
    guard let gradient = node.gradient else { return result }
    gradient.withFloats { gradient in
      for (row, place) in places.enumerated() {
        for column in 0..<width {
          result[row * width + column] = gradient[place * width + column]
        }
      }
    }
    return result
  }

  func take(_ output: Tensor, _ indices: [Int32], padding: Int32?) -> Tensor {
    calls += 1
    width = output.channels
    places = indices.indices.filter { indices[$0] != padding }
    rows = output.withFloats { values in
      places.flatMap { place in values[place * width..<(place + 1) * width] }
    }
    var result = output
    if let replacement {
      requireShapes(
        replacement.count == rows.count,
        "embedding: \(replacement.count) numbers can't replace \(places.count) vectors of \(width)")
      result = Tensor(repeating: 0, shape: output.shape)
      withElements(result.writable) { values in
        for (row, place) in places.enumerated() {
          for column in 0..<width {
            values[place * width + column] = replacement[row * width + column]
          }
        }
      }
    }
    result.node = node
    return result
  }
}
