import Foundation

/// Nodes and weights of Gauss–Legendre quadrature on 0…1: exact for polynomials of degree 2n − 1.
///
/// Abramowitz and Stegun, 25.4.30; the nodes are the zeros of Legendre's polynomial, found by
/// Newton's method.
package struct GaussLegendre: Sendable, Equatable {
  /// Ascending.
  package let nodes: [Double]
  /// They sum to 1.
  package let weights: [Double]

  /// The rule of n nodes.
  ///
  /// - Precondition: `count` is positive.
  package init(count: Int) {
    precondition(count > 0, "a quadrature of \(count) nodes")
    var nodes = [Double](repeating: 0, count: count)
    var weights = nodes
    for index in 0..<(count + 1) / 2 {
      var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        let value: Double
        (value, slope) = GaussLegendre.polynomial(count, at: x)
        let step = value / slope
        x -= step
        if abs(step) < 1e-15 { break }
      }
      (_, slope) = GaussLegendre.polynomial(count, at: x)
      let weight = 1 / ((1 - x * x) * slope * slope)
      (nodes[index], nodes[count - 1 - index]) = ((1 - x) / 2, (1 + x) / 2)
      (weights[index], weights[count - 1 - index]) = (weight, weight)
    }
    self.nodes = nodes
    self.weights = weights
  }

  /// Legendre's polynomial of a degree and its derivative.
  private static func polynomial(_ degree: Int, at x: Double) -> (value: Double, slope: Double) {
    var (previous, value) = (1.0, x)
    if degree > 1 {
      for k in 2...degree {
        let next = (Double(2 * k - 1) * x * value - Double(k - 1) * previous) / Double(k)
        (previous, value) = (value, next)
      }
    }
    return (value, Double(degree) * (x * value - previous) / (x * x - 1))
  }
}
