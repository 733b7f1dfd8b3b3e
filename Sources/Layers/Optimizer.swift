import CKernels
import Tensors

/// How parameters follow their gradients.
package enum OptimizerKind: String, Sendable, CaseIterable {
  /// Stochastic gradient descent with Nesterov momentum .9.
  case sgd
  /// Adam with L2 decay in the gradient: Kingma and Ba 2014, https://arxiv.org/abs/1412.6980.
  case adam
  /// Adam with decoupled decay: Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101.
  case adamw
}

/// An optimiser over a model's parameters, with its state.
package final class Optimizer {
  package let kind: OptimizerKind
  private let weightDecay: Float
  private var states: [ObjectIdentifier: State] = [:]

  private final class State {
    let first: Storage
    let second: Storage
    var steps = 0
    init(count: Int) {
      (first, second) = (Storage(count: count), Storage(count: count))
      withElements(first, second) {
        $0.update(repeating: 0, count: count)
        $1.update(repeating: 0, count: count)
      }
    }
  }

  package init(_ kind: OptimizerKind, weightDecay: Float) {
    self.kind = kind
    self.weightDecay = weightDecay
  }

  /// Moves every trainable parameter by its gradient, which is consumed.
  ///
  /// Gradients are first scaled down so that their norm is at most `clip` (nil: as they are).
  /// `factor` multiplies the rate of a parameter. Decay touches weights only, not biases, scales and
  /// shifts.
  ///
  /// - Returns: the norm of the gradient before clipping.
  @discardableResult
  package func step(
    _ parameters: [Parameter], learningRate: Float, clip: Float?, factor: (Parameter) -> Float
  ) -> Float {
    Profile.lapBetween()
    defer { Profile.lap("optimizer") }
    let gradients = parameters.map { $0.isTrainable ? $0.node.take() : nil }
    let norm = gradients.reduce(0.0) { sum, gradient in
      guard let gradient else { return sum }
      return sum + withElements(gradient) { ez_sum_of_squares($0, gradient.count) }
    }.squareRoot()
    let scale = clip.map { Float(norm) > $0 ? $0 / Float(norm) : 1 } ?? 1
    for (parameter, gradient) in zip(parameters, gradients) {
      guard let gradient else { continue }
      move(parameter, gradient, learningRate * factor(parameter), scale)
    }
    return Float(norm)
  }

  /// The running moments of a parameter and the steps they saw; nil before its first step.
  package func moments(of parameter: Parameter) -> (first: [Float], second: [Float], steps: Int)? {
    states[ObjectIdentifier(parameter)].map { state in
      (state.first.values, state.second.values, state.steps)
    }
  }

  /// Goes on from moments kept before; as many values as the parameter has.
  package func restore(
    _ parameter: Parameter, _ moments: (first: [Float], second: [Float], steps: Int)
  ) {
    let state = State(count: parameter.value.count)
    requireShapes(
      moments.first.count == state.first.count,
      "optimizer: \(moments.first.count) moments for \(state.first.count)")
    requireShapes(
      moments.second.count == state.second.count,
      "optimizer: \(moments.second.count) moments for \(state.second.count)")
    withElements(state.first, state.second) {
      $0.update(from: moments.first, count: moments.first.count)
      $1.update(from: moments.second, count: moments.second.count)
    }
    state.steps = moments.steps
    states[ObjectIdentifier(parameter)] = state
  }

  private func move(_ parameter: Parameter, _ gradient: Tensor, _ rate: Float, _ scale: Float) {
    let count = gradient.count
    let state = states[ObjectIdentifier(parameter)] ?? State(count: count)
    states[ObjectIdentifier(parameter)] = state
    state.steps += 1
    let decay = parameter.kind == .weight ? weightDecay : 0
    parameter.update { weights in
      withElements(gradient, state.first, state.second) { gradient, first, second in
        switch kind {
        case .sgd:
          ez_sgd(
            weights, gradient, first, count, rate, 0.9, decay, 1, state.steps == 1 ? 1 : 0, scale)
        case .adam, .adamw:
          let (beta1, beta2): (Float, Float) = (0.9, 0.999)
          var step = ez_adam_step(
            learning_rate: rate, weight_decay: decay, beta1: beta1, beta2: beta2, epsilon: 1e-8,
            correction1: 1 - power(beta1, state.steps), correction2: 1 - power(beta2, state.steps),
            scale: scale, decoupled: kind == .adamw ? 1 : 0)
          ez_adam(weights, gradient, first, second, count, &step)
        }
      }
    }
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var result = 1.0
    for _ in 0..<min(exponent, 100_000) { result *= Double(base) }
    return Float(result)
  }
}
