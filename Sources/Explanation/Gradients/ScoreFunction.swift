/// A number that depends on a vector, and its gradient: a model's logit as a function of an image, of
/// word vectors, or of both.
package protocol ScoreFunction {
  /// The length of the vector.
  var count: Int { get }

  /// The scores of vectors side by side, `[vectors, count]`.
  func scores(_ inputs: [Float]) throws -> [Double]

  /// The scores, and the gradient of each with respect to its own vector, `[vectors, count]`.
  func gradients(_ inputs: [Float]) throws -> (scores: [Double], gradients: [Float])

  /// The scores, and the sum of all gradients, each times a weight of its own: `[count]`.
  func gradientSum(_ inputs: [Float], weights: [Double]) throws -> (scores: [Double], sum: [Double])
}

extension ScoreFunction {
  /// From the gradient of each vector.
  package func gradientSum(_ inputs: [Float], weights: [Double]) throws -> (
    scores: [Double], sum: [Double]
  ) {
    let (scores, gradients) = try gradients(inputs)
    var sum = [Double](repeating: 0, count: count)
    gradients.withUnsafeBufferPointer { gradients in
      for (row, weight) in weights.enumerated() {
        for i in 0..<count { sum[i] += weight * Double(gradients[row * count + i]) }
      }
    }
    return (scores, sum)
  }
}
