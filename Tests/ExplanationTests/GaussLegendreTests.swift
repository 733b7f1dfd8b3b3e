import Foundation
import Testing

@testable import Explanation

@Suite("Gauss–Legendre quadrature")
struct GaussLegendreTests {
  private static let rules: [(Int, [Double], [Double])] = [
    (1, [0], [2]),
    (2, [-0.5773502691896257, 0.5773502691896257], [1, 1]),
    (3, [-0.7745966692414834, 0, 0.7745966692414834], [5.0 / 9, 8.0 / 9, 5.0 / 9]),
    (
      5, [-0.906179845938664, -0.538469310105683, 0, 0.538469310105683, 0.906179845938664],
      [
        0.236926885056189, 0.478628670499366, 0.568888888888889, 0.478628670499366,
        0.236926885056189,
      ]
    ),
  ]

  @Test("Known rules, on −1…1", arguments: rules)
  func known(count: Int, nodes: [Double], weights: [Double]) {
    let rule = GaussLegendre(count: count)
    for index in 0..<count {
      #expect(abs(2 * rule.nodes[index] - 1 - nodes[index]) < 1e-14)
      #expect(abs(2 * rule.weights[index] - weights[index]) < 1e-14)
    }
  }

  @Test("Large rules are numpy.polynomial.legendre.leggauss's", arguments: [50, 400])
  func large(count: Int) {
    let rule = GaussLegendre(count: count)
    // The last node and weight of leggauss(50) and leggauss(400).
    let wanted =
      count == 50
      ? (0.998866404420071, 0.0029086225531579266) : (0.9999819727039625, 4.626372415104285e-05)
    #expect(abs(2 * rule.nodes[count - 1] - 1 - wanted.0) < 1e-14)
    #expect(abs(2 * rule.weights[count - 1] / wanted.1 - 1) < 1e-8)
    #expect(abs(rule.weights.reduce(0, +) - 1) < 1e-13)
    #expect(rule.nodes == rule.nodes.sorted())
    // Exact up to degree 2n − 1.
    let degree = 2 * count - 1
    let integral = zip(rule.nodes, rule.weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(degree)) }
    #expect(abs(integral * Double(degree + 1) - 1) < 1e-10)
  }
}
