import CKernels

extension Forward {
  /// Layer normalisation of each row, that is over the last axis: y = (x − mean) / √(variance + ε) ·
  /// scale + shift, the variance biased.
  ///
  /// Ba, Kiros and Hinton 2016, https://arxiv.org/abs/1607.06450. `[…, width]`, scale and shift
  /// `[width]`; the same in training and evaluation.
  public func layerNormalization(
    _ x: Tensor, scale: Parameter, shift: Parameter, epsilon: Float = 1e-5
  ) -> Tensor {
    let (a, b) = (value(of: scale), value(of: shift))
    let (rows, width) = (x.rows, x.channels)
    requireShapes(
      a.count == width && b.count == width,
      "layerNormalization: \(x.shape) by \(scale.key) \(a.shape) and \(shift.key) \(b.shape): "
        + "rows of \(width) want as many")
    let output = Tensor(uninitialized: x.shape)
    let mean = Tensor(uninitialized: [rows])
    let inverse = Tensor(uninitialized: [rows])
    ez_layer_norm(
      x.floats, rows, width, epsilon, a.floats, b.floats, output.floats, mean.floats,
      inverse.floats)
    let (node, scaleNode, shiftNode) = (x.node, a.node, b.node)
    let wanted = node != nil || scaleNode != nil || shiftNode != nil
    let saved = wanted ? SavedTensor(x) : nil
    let factors = a.detached
    return record(output, wanted: wanted) { dy in
      guard let saved else { return }
      let input = saved.tensor
      let dx = Tensor(uninitialized: input.shape)
      let scaled = Tensor(uninitialized: input.shape)
      ez_layer_norm_gradient(
        input.floats, dy.floats, rows, width, factors.floats, mean.floats, inverse.floats,
        dx.floats, scaled.floats)
      node?.accumulate(dx)
      scaleNode?.accumulate(shape: [width]) { sum, adds in
        ez_column_sums(scaled.floats, rows, width, sum, adds ? 1 : 0)
      }
      shiftNode?.accumulate(shape: [width]) { sum, adds in
        ez_column_sums(dy.floats, rows, width, sum, adds ? 1 : 0)
      }
    }
  }
}
