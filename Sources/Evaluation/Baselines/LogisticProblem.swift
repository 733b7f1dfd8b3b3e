import Foundation

/// The objective of `LogisticRegression`; a point is the weights and, last, the intercept.
struct LogisticProblem: ConvexProblem {
  private let rows: SparseRows
  /// C.
  private let inverseStrength: Double
  private let targets: [Double]
  /// C · p(1 − p) of each row, the middle factor of the Hessian.
  private var curvatures: [Double]
  private var logits: [Double]

  init(rows: SparseRows, labels: [Bool], inverseStrength: Double) {
    self.rows = rows
    self.inverseStrength = inverseStrength
    targets = labels.map { $0 ? 1 : 0 }
    curvatures = [Double](repeating: 0, count: rows.count)
    logits = [Double](repeating: 0, count: rows.count)
  }

  mutating func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double]) {
    let weights = Array(point.dropLast())
    rows.multiply(weights, offset: point[weights.count], into: &logits)
    var loss = 0.0
    var errors = [Double](repeating: 0, count: rows.count)
    for i in 0..<rows.count {
      loss += softplus(targets[i] == 1 ? -logits[i] : logits[i])
      let probability = sigmoid(logits[i])
      errors[i] = inverseStrength * (probability - targets[i])
      curvatures[i] = inverseStrength * probability * (1 - probability)
    }
    var gradient = weights
    rows.addRows(weights: errors, to: &gradient)
    gradient.append(errors.reduce(0, +))
    return (dot(weights, weights) / 2 + inverseStrength * loss, gradient)
  }

  var hessianDiagonal: [Double] {
    var diagonal = [Double](repeating: 1, count: rows.columnCount)
    rows.addRows(weights: curvatures, squared: true, to: &diagonal)
    return diagonal + [max(curvatures.reduce(0, +), .leastNormalMagnitude)]
  }

  func multiplyHessian(_ direction: [Double], into out: inout [Double]) {
    let size = rows.columnCount
    var products = [Double](repeating: 0, count: rows.count)
    rows.multiply(direction, offset: direction[size], into: &products)
    for i in 0..<rows.count { products[i] *= curvatures[i] }
    for j in 0..<size { out[j] = direction[j] }
    out[size] = products.reduce(0, +)
    rows.addRows(weights: products, to: &out)
  }
}
