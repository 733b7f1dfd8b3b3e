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
    let (mean, inverse) = (Storage(count: rows), Storage(count: rows))
    let (factors, shifts) = (a.detached, b.detached)
    func apply(_ x: Tensor) -> Tensor {
      Tensor(x.shape, from: x, factors, shifts, mean, inverse) { output, x, a, b, mean, inverse in
        ez_layer_norm(x, rows, width, epsilon, a, b, output, mean, inverse)
      }
    }
    var output = apply(x)
    trace?.note(
      .layerNormalization(scale: scale, shift: shift, epsilon: epsilon), [x], output)
    let (node, scaleNode, shiftNode) = (x.node, a.node, b.node)
    let wanted = node != nil || scaleNode != nil || shiftNode != nil
    let saved = wanted ? SavedTensor(x) : nil
    if let saved { output.recipe = Recipe { apply(saved.tensor) } }
    return record(output, wanted: wanted) { dy in
      guard let saved else { return }
      let input = saved.tensor
      let scaled = Tensor(uninitialized: input.shape)
      let dx = Tensor(input.shape, from: input, dy, factors, mean, inverse, scaled.writable) {
        ez_layer_norm_gradient($1, $2, rows, width, $3, $4, $5, $0, $6)
      }
      node?.accumulate(dx)
      scaleNode?.accumulateColumnSums(scaled, width: width)
      shiftNode?.accumulateColumnSums(dy, width: width)
    }
  }
}
