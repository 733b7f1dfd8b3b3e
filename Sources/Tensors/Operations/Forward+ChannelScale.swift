extension Forward {
  /// Every channel times a factor of its own: `[…, channels]` to the same shape, factors `[channels]`.
  ///
  /// Where a convolution made `x`, nothing else should read it: in evaluation the factors go into its weights.
  public func scaleChannels(_ x: Tensor, by factors: Parameter) -> Tensor {
    let values = value(of: factors)
    requireShapes(
      values.count == x.channels, "scaleChannels: \(x.shape) by \(factors.key) \(values.shape)")
    if isLazy, let work = x.fusableConvolution {
      let zero = Tensor(repeating: 0, shape: [x.channels])
      let exact = ChannelAffine.Exact(
        scale: values.values.map(Double.init), shift: [Double](repeating: 0, count: x.channels))
      let affine = ChannelAffine(scale: values.detached, shift: zero, exact: exact)
      if let fused = work.normalized(affine, relu: false) { return x.fused(lazy(fused)) }
    }
    // Traced as one step: within it the batch is taken apart.
    var untraced = self
    untraced.trace = nil
    let rows = untraced.reshape(x, to: [1, x.rows, x.channels])
    let gates = untraced.reshape(values, to: [1, x.channels])
    let output = untraced.reshape(untraced.gate(rows, by: gates), to: x.shape)
    trace?.note(.scaleChannels(factors), [x], output)
    return output
  }
}
