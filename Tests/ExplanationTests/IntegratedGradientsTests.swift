import Basics
import Foundation
import TestSupport
import Testing

@testable import Explanation

/// A function given by formulas, computed in double precision.
private struct Formula: ScoreFunction {
  let count: Int
  let value: ([Double]) -> Double
  let slope: ([Double]) -> [Double]

  func scores(_ inputs: [Float]) -> [Double] { rows(inputs).map(value) }
  func gradients(_ inputs: [Float]) -> (scores: [Double], gradients: [Float]) {
    (scores(inputs), rows(inputs).flatMap(slope).map { Float($0) })
  }
  private func rows(_ inputs: [Float]) -> [[Double]] {
    stride(from: 0, to: inputs.count, by: count).map { start in
      inputs[start..<start + count].map(Double.init)
    }
  }
}

@Suite("Integrated gradients of formulas")
struct IntegratedGradientsTests {
  // x²y + 3z + 0·w, whose attributions from 0 are 2/3 x²y, 1/3 x²y, 3z and 0.
  private let cubic = Formula(
    count: 4, value: { $0[0] * $0[0] * $0[1] + 3 * $0[2] },
    slope: { [2 * $0[0] * $0[1], $0[0] * $0[0], 3, 0] })

  @Test("Attributions of a polynomial are exact, and a variable that does nothing gets nothing")
  func polynomial() throws {
    let path = try IntegratedGradients().attribute(
      cubic, input: [3, 2, -1, 7], baseline: [0, 0, 0, 0])
    for (found, wanted) in zip(path.values, [12, 6, -3, 0] as [Double]) {
      #expect(abs(found - wanted) < 1e-5)
    }
    #expect(path.values[3] == 0)
    #expect(path.score == 15 && path.baselineScore == 0 && path.nodes == 50 && path.isComplete)
    #expect(abs(path.delta) < 1e-5)
  }

  @Test(
    "Nodes double by the same rule however small or large the score is",
    arguments: [1e-12, 1e-7, 1, 1e7])
  func scale(_ scale: Double) throws {
    // A step that eight nodes miss by more than 5 %.
    func step(_ scale: Double) -> Formula {
      Formula(
        count: 1, value: { scale / (1 + exp(-200 * ($0[0] - 0.3))) },
        slope: { x in
          let s = 1 / (1 + exp(-200 * (x[0] - 0.3)))
          return [scale * 200 * s * (1 - s)]
        })
    }
    var method = IntegratedGradients()
    method.nodes = 8
    let usual = try method.attribute(step(1), input: [1], baseline: [0])
    #expect(usual.nodes > 8)
    let path = try method.attribute(step(scale), input: [1], baseline: [0])
    #expect(path.nodes == usual.nodes && path.isComplete == usual.isComplete)
  }

  @Test("A score that does not change is complete, but for rounding")
  func constant() throws {
    let flat = Formula(count: 2, value: { _ in 3 }, slope: { _ in [0, 0] })
    let path = try IntegratedGradients().attribute(flat, input: [1, 2], baseline: [0, 0])
    #expect(path.isComplete && path.nodes == 50)
  }

  @Test("From another baseline they add up to the change")
  func baseline() throws {
    let path = try IntegratedGradients().attribute(
      cubic, input: [3, 2, -1, 7], baseline: [1, 1, 1, 1])
    #expect(path.change == 15 - 4)
    #expect(abs(path.sum - 11) < 1e-5)
  }

  @Test("Attributions of a sum are the sum of attributions")
  func linearity() throws {
    let other = Formula(
      count: 4, value: { $0[0] * $0[3] - $0[1] }, slope: { [$0[3], -1, 0, $0[0]] })
    let (cubic, f) = (cubic, other)
    let sum = Formula(
      count: 4, value: { 2 * cubic.value($0) - 3 * f.value($0) },
      slope: { x in zip(cubic.slope(x), f.slope(x)).map { 2 * $0 - 3 * $1 } })
    func values(_ function: Formula) throws -> [Double] {
      try IntegratedGradients().attribute(
        function, input: [1.5, -2, 0.5, 3], baseline: [0, 1, 0, 0]
      ).values
    }
    let (a, b, c) = (try values(cubic), try values(other), try values(sum))
    for index in 0..<4 { #expect(abs(2 * a[index] - 3 * b[index] - c[index]) < 1e-5) }
  }

  @Test("Variables that play the same part get the same")
  func symmetry() throws {
    let product = Formula(
      count: 3, value: { $0[0] * $0[1] + $0[2] }, slope: { [$0[1], $0[0], 1] })
    let values = try IntegratedGradients().attribute(
      product, input: [2, 2, 5], baseline: [0.5, 0.5, 0]
    ).values
    #expect(values[0] == values[1])
  }

  @Test("Nodes double while the error is too large, and a warning is left at the most")
  func refinement() throws {
    // A step of height 1 within 1/500 of the path's end: only many nodes see it at its true height.
    let ramp = Formula(
      count: 1, value: { max(0, $0[0] - 0.998) * 500 }, slope: { [$0[0] > 0.998 ? 500 : 0] })
    let path = try IntegratedGradients().attribute(ramp, input: [1], baseline: [0])
    #expect(path.nodes > 50 && path.nodes <= 400)
    #expect(path.isComplete == (abs(path.delta) <= 0.05))
    let steep = Formula(
      count: 1, value: { max(0, $0[0] - 0.999999) * 1e6 },
      slope: { [$0[0] > 0.999999 ? 1e6 : 0] })
    let failed = try IntegratedGradients().attribute(steep, input: [1], baseline: [0])
    #expect(failed.nodes == 400)
    #expect(!failed.isComplete)
    #expect(abs(failed.delta) > 0.9)
  }

  @Test("A score that is no number is an error")
  func notFinite() {
    let bad = Formula(count: 1, value: { _ in .nan }, slope: { _ in [0] })
    #expect(
      errorText { _ = try IntegratedGradients().attribute(bad, input: [1], baseline: [0]) }
        == "the model's output is not finite")
    let flat = Formula(count: 1, value: { _ in 1 }, slope: { _ in [.infinity] })
    #expect(
      errorText { _ = try IntegratedGradients().attribute(flat, input: [1], baseline: [0]) }
        .contains("gradient"))
  }
}
