import EncoderKit

extension EncoderConformance {
  /// Runs forward and back from the projection; the store's parameters then hold their gradients.
  private func runBack(_ network: any Network, _ mode: Forward.Mode, input: GradientNode? = nil)
    -> Tensor
  {
    let tape = Tape()
    var pass = makePass(mode, tape: tape)
    let features = network.features([0, 1], &pass) { x in
      var x = x
      x.node = input
      return x
    }
    tape.backward(from: features, gradient: projection(features.shape))
    return features
  }

  func gradients(_ subject: some Subject) throws -> ConformanceCheck {
    let (store, network) = try settled(subject)
    let wanted = store.parameters.filter { $0.kind != .statistic }
    for mode in [Forward.Mode.evaluation, .training] {
      _ = runBack(network, mode)
      for parameter in wanted {
        let gradient = parameter.node.take()
        // A bias before a batch normalisation has the gradient zero in training.
        let isZero = mode == .evaluation && gradient?.values.allSatisfy { $0 == 0 } == true
        guard let gradient, gradient.count == parameter.value.count, gradient.isFinite, !isZero
        else {
          let what =
            gradient.map { $0.isFinite ? "zeros" : "values that are not finite" } ?? "nothing"
          return ConformanceCheck(
            .gradients, .failed, found: "\(parameter.key) gets \(what) in \(mode)",
            expected: "a finite gradient for every parameter")
        }
      }
    }
    return ConformanceCheck(
      .gradients, .passed, found: "\(wanted.count) parameters, in evaluation and training",
      expected: "")
  }

  /// Along the direction d of a gradient g the projected features must rise by ‖g‖ a step.
  ///
  /// One difference then tests all of a tensor's gradient: where it errs by an angle or a factor, the
  /// slope along it is not its length. The smallest of a few steps' errors counts, since a step may
  /// cross ReLUs' corners when it is long and drown in rounding when it is short. Networks of a hundred
  /// layers do both at once; then shorter steps count whose features are computed in double precision.
  /// What would move the features by less than 1e-4 of their size when it moves by its own (a bias that a
  /// softmax cancels) need only have as small a slope.
  func differences(_ subject: some Subject) throws -> ConformanceCheck {
    let (store, network) = try settled(subject)
    let input = GradientNode()
    let features = runBack(network, .evaluation, input: input)
    let weights = projection(features.shape).values
    let parameters = store.parameters.filter { $0.kind != .statistic }
    let gradients = parameters.map { $0.node.take() }
    let limit = 0.1
    let noise = 1e-4 * norm(weights) * norm(features.values)
    var worst = (error: 0.0, name: "none")
    let count = min(parameters.count, max(1, settings.sampledParameters))
    let chosen = Set((0..<count).map { $0 * max(0, parameters.count - 1) / max(1, count - 1) })

    let precise = DoublePrecisionKernels(kernels)

    func judge(
      _ name: String, _ gradient: Tensor, _ start: Tensor,
      _ move: ([Float], any Kernels) -> [Float]
    ) {
      let direction = gradient.values
      let length = norm(direction)
      guard length > 0 else { return }
      let size = max(norm(start.values), 0.1 * Double(start.count).squareRoot())
      var error = Double.infinity
      let steps =
        [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5].map { ($0, kernels, limit / 10) }
        + [1e-5, 1e-6, 1e-7].map { ($0, precise as any Kernels, limit) }
      for (relative, kernels, enough) in steps where !(error <= enough) {
        let step = relative * size
        func shifted(_ sign: Double) -> [Float] {
          zip(start.values, direction).map { Float(Double($0) + sign * step * Double($1) / length) }
        }
        let (above, below) = (move(shifted(1), kernels), move(shifted(-1), kernels))
        var rise = 0.0
        for i in weights.indices {
          rise += Double(weights[i]) * (Double(above[i]) - Double(below[i]))
        }
        error = min(error, abs(rise / (2 * step) - length) / max(length, noise / size))
      }
      if !(error <= worst.error) { worst = (error, name) }
    }

    for index in chosen.sorted() {
      guard let gradient = gradients[index] else { continue }
      let parameter = parameters[index]
      let start = Tensor(parameter.value.values, shape: parameter.value.shape)
      judge(parameter.key, gradient, start) { moved, kernels in
        parameter.update { $0.update(from: moved, count: moved.count) }
        defer { parameter.update { $0.update(from: start.values, count: start.count) } }
        var pass = makePass(.evaluation, by: kernels)
        return network.features([0, 1], &pass).values
      }
    }
    if let gradient = input.take() {
      var start: Tensor?
      var pass = makePass(.evaluation)
      _ = network.features([0, 1], &pass) { x in
        start = x
        return x
      }
      if let start {
        judge("the input", gradient, start) { moved, kernels in
          var pass = makePass(.evaluation, by: kernels)
          return network.features([0, 1], &pass) { Tensor(moved, shape: $0.shape) }.values
        }
      }
    }
    let found =
      "\(brief(worst.error)) of the slope at most, at \(worst.name), \(chosen.count) parameters"
    return ConformanceCheck(
      .differences, worst.error <= limit ? .passed : .failed, found: found,
      expected: "slopes within \(brief(limit)) of the gradients")
  }

  private func norm(_ x: [Float]) -> Double {
    x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
