/// The result of integrated gradients.
package struct PathAttribution: Sendable, Equatable {
  /// What every element adds to the score on the way from the baseline to the input.
  package let values: [Double]
  /// The score of the input.
  package let score: Double
  /// The score of the baseline.
  package let baselineScore: Double
  /// The quadrature nodes used.
  package let nodes: Int
  /// Whether |δ| is within the tolerance.
  package let isComplete: Bool

  /// What all attributions add up to.
  package var sum: Double { values.reduce(0, +) }
  /// F(x) − F(x′).
  package var change: Double { score - baselineScore }
  /// Σ attribution − (F(x) − F(x′)): the error of the quadrature.
  package var delta: Double { sum - change }
}
