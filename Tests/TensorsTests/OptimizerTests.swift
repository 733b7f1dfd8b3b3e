import CKernels
import Foundation
import Testing

extension TensorsSuite {
  /// Three steps against the same formulas in double precision: a step rounds a few times, so
  /// 16 · 2⁻²⁴ of the weight's size after three.
  @Suite("Optimisers")
  struct OptimizerTests {
    static let count = 20_000  // more than one chunk
    static let bound = 0x1p-20

    private func gradients(_ step: Int) -> [Float] { randomValues(Self.count, "gradient\(step)") }

    @Test("Adam and AdamW", arguments: [false, true], [1, 0.25])
    func adam(decoupled: Bool, scale: Double) {
      let (rate, decay, beta1, beta2, epsilon) = (0.01, 0.1, 0.9, 0.999, 1e-8)
      var w = randomValues(Self.count, "weights")
      var m = [Float](repeating: 0, count: Self.count)
      var v = m
      var oracle = w.map(Double.init)
      var (mean, square) = (oracle.map { _ in 0.0 }, oracle.map { _ in 0.0 })
      for step in 1...3 {
        let g = gradients(step)
        let (c1, c2) = (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
        var settings = ez_adam_step(
          learning_rate: Float(rate), weight_decay: Float(decay), beta1: Float(beta1),
          beta2: Float(beta2), epsilon: Float(epsilon), correction1: Float(c1),
          correction2: Float(c2), scale: Float(scale), decoupled: decoupled ? 1 : 0)
        ez_adam(&w, g, &m, &v, Self.count, &settings)
        for i in 0..<Self.count {
          var slope = Double(g[i]) * scale
          if decoupled { oracle[i] -= rate * decay * oracle[i] } else { slope += decay * oracle[i] }
          mean[i] = beta1 * mean[i] + (1 - beta1) * slope
          square[i] = beta2 * square[i] + (1 - beta2) * slope * slope
          oracle[i] -= rate * (mean[i] / c1) / ((square[i] / c2).squareRoot() + epsilon)
        }
      }
      // 1 − 0.999 as a single-precision number errs by 3 · 10⁻⁵, half of it in the root: 10⁻⁶ a step.
      expectClose(w, oracle, within: Self.bound)
    }

    struct Case: CustomStringConvertible {
      var momentum: Double
      var decay: Double
      var nesterov: Bool
      var scale = 1.0
      var description: String {
        "momentum \(momentum) decay \(decay) nesterov \(nesterov) scale \(scale)"
      }
    }

    @Test(
      "Gradient descent",
      arguments: [
        Case(momentum: 0, decay: 0, nesterov: false),
        Case(momentum: 0.9, decay: 0.01, nesterov: false),
        Case(momentum: 0.9, decay: 0.01, nesterov: true, scale: 0.5),
      ])
    func descent(_ c: Case) {
      let rate = 0.1
      var w = randomValues(Self.count, "weights")
      // What the buffer held before the first step does not matter.
      var buffer = [Float](repeating: .nan, count: Self.count)
      var oracle = w.map(Double.init)
      var velocity = oracle.map { _ in 0.0 }
      for step in 1...3 {
        let g = gradients(step)
        ez_sgd(
          &w, g, &buffer, Self.count, Float(rate), Float(c.momentum), Float(c.decay),
          c.nesterov ? 1 : 0, step == 1 ? 1 : 0, Float(c.scale))
        for i in 0..<Self.count {
          let slope = Double(g[i]) * c.scale + c.decay * oracle[i]
          velocity[i] = step == 1 ? slope : c.momentum * velocity[i] + slope
          oracle[i] -= rate * (c.nesterov ? slope + c.momentum * velocity[i] : velocity[i])
        }
      }
      expectClose(w, oracle, within: Self.bound)
    }

    @Test("A moving average goes a share of the way")
    func average() {
      var average: [Float] = [0, 8]
      ez_move_average([4, 0], &average, 0.25, 2)
      #expect(average == [1, 6])
    }
  }
}
