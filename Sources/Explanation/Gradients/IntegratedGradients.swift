import Basics

/// Integrated gradients along the straight path from a baseline to the input.
///
/// Sundararajan et al. 2017, "Axiomatic attribution for deep networks",
/// https://arxiv.org/abs/1703.01365.
///
/// aᵢ = (xᵢ − x′ᵢ) ∫₀¹ ∂F/∂xᵢ (x′ + α (x − x′)) dα, by Gauss–Legendre quadrature. δ = Σ aᵢ − (F(x) −
/// F(x′)) measures its error; while |δ| is above the tolerance's share of |F(x) − F(x′)| the nodes
/// double, up to a maximum. Memory does not grow with the nodes: `batch` of them run at once.
package struct IntegratedGradients: Sendable, Equatable {
  /// The quadrature nodes to begin with.
  package var nodes = 50
  /// The most nodes.
  package var maximumNodes = 400
  /// Nodes that run at once.
  package var batch = 5
  /// The share of |F(x) − F(x′)| that |δ| may be.
  package var tolerance = 0.05
  /// |δ| below which rounding alone is at work, as a share of the largest of |F(x)|, |F(x′)| and Σ|aᵢ|:
  /// sixteen times the spacing of single precision.
  package static let rounding = 1e-6

  package init() {}

  /// Attributes the change of a score from `baseline` to `input`.
  ///
  /// - Throws: `ZooError` of code `.notFinite` for a score that is no number, `Interrupted`, and what
  ///   the function throws.
  package func attribute(
    _ function: some ScoreFunction, input: [Float], baseline: [Float]
  ) throws -> PathAttribution {
    precondition(
      input.count == function.count && baseline.count == function.count,
      "an input of \(input.count) and a baseline of \(baseline.count) for \(function.count) values")
    let ends = try function.scores(input) + function.scores(baseline)
    guard ends.allSatisfy(\.isFinite) else {
      throw ZooError(.notFinite, "the model's output is not finite")
    }
    var count = nodes
    while true {
      let values = try integrate(function, input: input, baseline: baseline, nodes: count)
      guard values.allSatisfy(\.isFinite) else {
        throw ZooError(.notFinite, "the gradient of the model's output is not finite")
      }
      let delta = abs(values.reduce(0, +) - (ends[0] - ends[1]))
      let size = max(abs(ends[0]), abs(ends[1]), values.reduce(0) { $0 + abs($1) })
      let isComplete =
        delta <= max(tolerance * abs(ends[0] - ends[1]), IntegratedGradients.rounding * size)
      if isComplete || count >= maximumNodes {
        return PathAttribution(
          values: values, score: ends[0], baselineScore: ends[1], nodes: count,
          isComplete: isComplete)
      }
      count = min(count * 2, maximumNodes)
    }
  }

  private func integrate(
    _ function: some ScoreFunction, input: [Float], baseline: [Float], nodes: Int
  ) throws -> [Double] {
    let rule = GaussLegendre(count: nodes)
    let size = input.count
    var sums = [Double](repeating: 0, count: size)
    for start in stride(from: 0, to: nodes, by: max(1, batch)) {
      try Interruption.check()
      let part = start..<min(nodes, start + max(1, batch))
      let points = [Float](unsafeUninitializedCapacity: size * part.count) { buffer, filled in
        for (row, node) in part.enumerated() {
          let alpha = Float(rule.nodes[node])
          for i in 0..<size {
            buffer[row * size + i] = baseline[i] + alpha * (input[i] - baseline[i])
          }
        }
        filled = size * part.count
      }
      let (scores, sum) = try function.gradientSum(
        points, weights: part.map { rule.weights[$0] })
      guard scores.allSatisfy(\.isFinite) else {
        throw ZooError(
          .notFinite, "the model's output is not finite between the baseline and the image")
      }
      for i in 0..<size { sums[i] += sum[i] }
    }
    for i in 0..<size { sums[i] *= Double(input[i]) - Double(baseline[i]) }
    return sums
  }
}
