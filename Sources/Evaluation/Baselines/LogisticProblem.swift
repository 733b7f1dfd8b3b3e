import Foundation

/// The state of Newton's method for `LogisticRegression`: a point, its value and derivatives.
struct LogisticProblem {
  let rows: SparseRows
  /// C.
  let inverseStrength: Double
  var weights: [Double]
  var intercept = 0.0

  private let targets: [Double]
  private var value = 0.0
  private var gradient: [Double] = []
  private var interceptGradient = 0.0
  /// C · p(1 − p) of each row, the middle factor of the Hessian.
  private var curvatures: [Double]
  private var logits: [Double]

  init(rows: SparseRows, labels: [Bool], inverseStrength: Double) {
    self.rows = rows
    self.inverseStrength = inverseStrength
    targets = labels.map { $0 ? 1 : 0 }
    weights = [Double](repeating: 0, count: rows.columnCount)
    curvatures = [Double](repeating: 0, count: rows.count)
    logits = [Double](repeating: 0, count: rows.count)
  }

  /// The largest entry of the gradient.
  var gradientNorm: Double { max(gradient.lazy.map(abs).max() ?? 0, abs(interceptGradient)) }

  /// Computes value, gradient and curvatures at the present point.
  mutating func evaluate() {
    value = objective(weights, intercept)
    var errors = [Double](repeating: 0, count: rows.count)
    for i in 0..<rows.count {
      let probability = sigmoid(logits[i])
      errors[i] = inverseStrength * (probability - targets[i])
      curvatures[i] = inverseStrength * probability * (1 - probability)
    }
    gradient = weights
    rows.addRows(weights: errors, to: &gradient)
    interceptGradient = errors.reduce(0, +)
  }

  /// One step with a backtracking line search; false where rounding leaves nothing to gain.
  mutating func newtonStep() -> Bool {
    let (direction, interceptDirection) = newtonDirection()
    let slope = dot(gradient, direction) + interceptGradient * interceptDirection
    guard slope < 0 else { return false }
    let (oldWeights, oldIntercept, oldValue) = (weights, intercept, value)
    let oldNorm = gradientNorm
    var length = 1.0
    for _ in 0..<40 {
      for j in weights.indices { weights[j] = oldWeights[j] + length * direction[j] }
      intercept = oldIntercept + length * interceptDirection
      evaluate()
      // Near the end the value no longer resolves a step; then the gradient must shrink.
      let isResolved = -slope > 1e-12 * abs(oldValue)
      if isResolved ? value <= oldValue + 1e-4 * length * slope : gradientNorm < oldNorm {
        return true
      }
      length /= 2
    }
    (weights, intercept) = (oldWeights, oldIntercept)
    evaluate()
    return false
  }

  /// The objective at a point; leaves its logits behind.
  private mutating func objective(_ weights: [Double], _ intercept: Double) -> Double {
    rows.multiply(weights, offset: intercept, into: &logits)
    var loss = 0.0
    for i in 0..<rows.count { loss += softplus(targets[i] == 1 ? -logits[i] : logits[i]) }
    return dot(weights, weights) / 2 + inverseStrength * loss
  }

  /// Solves H d = −g by preconditioned conjugate gradients; the last entry is the intercept's.
  private func newtonDirection() -> (weights: [Double], intercept: Double) {
    let size = rows.columnCount
    var diagonal = [Double](repeating: 1, count: size)
    rows.addRows(weights: curvatures, squared: true, to: &diagonal)
    diagonal.append(max(curvatures.reduce(0, +), .leastNormalMagnitude))
    var residual = gradient.map { -$0 } + [-interceptGradient]
    var scaled = zip(residual, diagonal).map { $0 / $1 }
    var direction = scaled
    var solution = [Double](repeating: 0, count: size + 1)
    var product = [Double](repeating: 0, count: size + 1)
    var rho = dot(residual, scaled)
    let start = rho
    // Superlinear: the better the point, the more exact the step.
    let target = start * min(0.01, start)
    for _ in 0..<(2 * (size + 1)) where rho > target && rho > 0 {
      multiplyHessian(direction, into: &product)
      let alpha = rho / dot(direction, product)
      for j in 0...size {
        solution[j] += alpha * direction[j]
        residual[j] -= alpha * product[j]
        scaled[j] = residual[j] / diagonal[j]
      }
      let next = dot(residual, scaled)
      let beta = next / rho
      rho = next
      for j in 0...size { direction[j] = scaled[j] + beta * direction[j] }
    }
    let intercept = solution.removeLast()
    return (solution, intercept)
  }

  private func multiplyHessian(_ direction: [Double], into out: inout [Double]) {
    let size = rows.columnCount
    var products = [Double](repeating: 0, count: rows.count)
    rows.multiply(direction, offset: direction[size], into: &products)
    for i in 0..<rows.count { products[i] *= curvatures[i] }
    for j in 0..<size { out[j] = direction[j] }
    out[size] = products.reduce(0, +)
    rows.addRows(weights: products, to: &out)
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  let (a, b) = (a.span, b.span)
  var sum = 0.0
  for i in 0..<a.count { sum += a[i] * b[i] }
  return sum
}
