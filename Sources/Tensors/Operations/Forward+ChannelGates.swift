import Basics
import CKernels

extension Forward {
  /// Every channel of each image times its gate: `[batch, height, width, channels]` and `[batch,
  /// channels]` to the shape of `x`.
  ///
  /// y[b, …, c] = x[b, …, c] · gate[b, c]; the second half of squeeze-and-excitation: Hu et al. 2018,
  /// https://arxiv.org/abs/1709.01507.
  public func gate(_ x: Tensor, by gate: Tensor) -> Tensor {
    requireShapes(
      x.shape.count >= 2 && gate.count == x.shape[0] * x.channels,
      "gate: \(x.shape) by \(gate.shape): not one gate a channel of a sample")
    let work = LazyGate(x: x, gate: gate)
    if isLazy, x.node == nil, gate.node == nil { return Tensor(work) }
    let (batch, channels, positions) = (x.shape[0], x.channels, work.positions)
    let output = work.run()
    trace?.note(.gate, [x, gate], output)
    let (node, gateNode) = (x.node, gate.node)
    let (saved, savedGate, gateShape) = (SavedTensor(x), SavedTensor(gate), gate.shape)
    return record(output, wanted: node != nil || gateNode != nil) { dy in
      if let node {
        node.accumulate(
          Tensor(dy.shape, from: dy, savedGate.tensor) { dx, dy, gate in
            ez_gate(dy, gate, batch, positions, channels, dx)
          })
      }
      if let gateNode {
        gateNode.accumulate(
          Tensor(gateShape, from: saved.tensor, dy) { gradient, x, dy in
            ez_gate_gradient(x, dy, batch, positions, channels, gradient)
          })
      }
    }
  }

  /// Stochastic depth: in training each sample of a residual branch is zero with probability `rate`,
  /// the others are multiplied by 1 / (1 − rate); in evaluation nothing happens.
  ///
  /// Huang et al. 2016, https://arxiv.org/abs/1603.09382; samples are drawn one by one, as
  /// torchvision's mode `row`. `[batch, …]` to the same shape.
  ///
  /// - Precondition: `rate` is in `0..<1`.
  public mutating func stochasticDepth(_ x: Tensor, rate: Float) -> Tensor {
    if !(0..<1).contains(rate) { endProcess("stochasticDepth: a rate of \(rate) is not in 0..<1") }
    guard mode == .training, rate > 0 else { return x }
    let factors = (0..<x.shape[0]).map { _ in
      random.uniform() < Double(rate) ? 0 : 1 / (1 - rate)
    }
    let node = x.node
    return record(scaled(x, factors), wanted: node != nil) { dy in
      node?.accumulate(scaled(dy, factors))
    }
  }
}

/// Each sample times its factor.
private func scaled(_ x: Tensor, _ factors: [Float]) -> Tensor {
  let width = x.count / max(factors.count, 1)
  return Tensor(x.shape, from: x) { output, x in
    for (sample, factor) in factors.enumerated() {
      ez_scale(x + sample * width, factor, output + sample * width, width)
    }
  }
}
