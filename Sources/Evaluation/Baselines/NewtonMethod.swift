/// A convex function of a point, and its derivatives.
protocol ConvexProblem {
  /// The value and the gradient at a point; what later answers about the Hessian need is kept.
  mutating func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double])
  /// The Hessian's diagonal where `evaluate` was last, every entry positive.
  var hessianDiagonal: [Double] { get }
  /// The product of the Hessian where `evaluate` was last and a vector.
  func multiplyHessian(_ direction: [Double], into out: inout [Double])
}

/// Newton's method; each step by conjugate gradients with the Hessian's diagonal as preconditioner and no
/// Hessian kept (Lin, Weng & Keerthi, "Trust region Newton method for large-scale logistic regression", JMLR
/// 9, 2008, https://jmlr.org/papers/v9/lin08b.html, with a line search in place of the trust region).
struct NewtonMethod<Problem: ConvexProblem> {
  private(set) var point: [Double]
  private var problem: Problem
  private var value = 0.0
  private var gradient: [Double] = []

  init(_ problem: Problem, from point: [Double]) {
    self.problem = problem
    self.point = point
    evaluate()
  }

  /// The largest entry of the gradient.
  var gradientNorm: Double { gradient.lazy.map(abs).max() ?? 0 }

  /// Steps until the largest entry of the gradient is this share of what it is now, 200 times at most.
  mutating func minimise(tolerance: Double) {
    let start = gradientNorm
    var steps = 0
    while gradientNorm > tolerance * start, steps < 200, step() { steps += 1 }
  }

  private mutating func evaluate() { (value, gradient) = problem.evaluate(point) }

  /// One step with a backtracking line search; false where rounding leaves nothing to gain.
  private mutating func step() -> Bool {
    let direction = newtonDirection()
    let slope = dot(gradient, direction)
    guard slope < 0 else { return false }
    let (oldPoint, oldValue, oldNorm) = (point, value, gradientNorm)
    var length = 1.0
    for _ in 0..<40 {
      for j in point.indices { point[j] = oldPoint[j] + length * direction[j] }
      evaluate()
      // Near the end the value no longer resolves a step; then the gradient must shrink.
      let isResolved = -slope > 1e-12 * abs(oldValue)
      if isResolved ? value <= oldValue + 1e-4 * length * slope : gradientNorm < oldNorm {
        return true
      }
      length /= 2
    }
    point = oldPoint
    evaluate()
    return false
  }

  /// Solves H d = −g by preconditioned conjugate gradients.
  private func newtonDirection() -> [Double] {
    let diagonal = problem.hessianDiagonal
    var residual = gradient.map { -$0 }
    var scaled = zip(residual, diagonal).map { $0 / $1 }
    var direction = scaled
    var solution = [Double](repeating: 0, count: point.count)
    var product = solution
    var rho = dot(residual, scaled)
    let start = rho
    // Superlinear: the better the point, the more exact the step.
    let target = start * min(0.01, start)
    for _ in 0..<(2 * point.count) where rho > target && rho > 0 {
      problem.multiplyHessian(direction, into: &product)
      let alpha = rho / dot(direction, product)
      for j in point.indices {
        solution[j] += alpha * direction[j]
        residual[j] -= alpha * product[j]
        scaled[j] = residual[j] / diagonal[j]
      }
      let next = dot(residual, scaled)
      let beta = next / rho
      rho = next
      for j in point.indices { direction[j] = scaled[j] + beta * direction[j] }
    }
    return solution
  }
}

/// The sum of products, from the first entry on.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  let (a, b) = (a.span, b.span)
  var sum = 0.0
  for i in 0..<a.count { sum += a[i] * b[i] }
  return sum
}
