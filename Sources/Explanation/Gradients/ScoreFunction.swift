/// A number that depends on a vector, and its gradient: a model's logit as a function of an image, of
/// word vectors, or of both.
package protocol ScoreFunction {
  /// The length of the vector.
  var count: Int { get }

  /// The scores of vectors side by side, `[vectors, count]`.
  func scores(_ inputs: [Float]) throws -> [Double]

  /// The scores, and the gradient of each with respect to its own vector, `[vectors, count]`.
  func gradients(_ inputs: [Float]) throws -> (scores: [Double], gradients: [Float])
}
