import CKernels

extension NativeKernels {
  /// The result, or nil where another way is faster or the shape is not for these loops.
  ///
  /// Winograd's rounding is ten times that of the plain sum, 1e-5 of the result. In a recorded
  /// pass it would move a few values across zero, and each lets its ReLU's gradient jump; so there the
  /// forward pass is the plain sum, and only the gradients, behind which no choice lies, are Winograd's.
  func convolved(_ work: inout DeferredConvolution) -> Tensor? {
    let window = work.window
    if window.isPointwise { return pointwise(&work) }
    let (x, out) = (work.input, work.weights.shape[0])
    if !work.isRecorded, window == Window(height: 3, width: 3, stride: 1, padding: 1),
      prefersWinograd(x.shape, to: out)
    {
      // Before there is an output: it may run all that was put off before it, and may be the input itself.
      let addend = work.addend?.floats
      _ = x.floats
      let packed = work.weights.packed(
        .winograd, scale: work.scale, count: ez_winograd_count(lanes, x.channels, out)
      ) {
        ez_winograd_weights(lanes, work.weights.floats, x.channels, out, work.scale?.floats, 0, $0)
      }
      return winograd(
        x, packed, bias: work.bias, addend: addend, relu: work.relu, into: work.takeOutput())
    }
    if !work.isRecorded, window == Window(height: 3, width: 3, stride: 2, padding: 1),
      prefersPhases(x.shape, work.shape)
    {
      return strided(&work)
    }
    return runsAnyWindow ? direct(&work) : nil
  }

  /// The gradient with respect to the input of a 3×3 convolution, itself one with turned weights.
  func winogradInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor? {
    guard window == Window(height: 3, width: 3, stride: 1, padding: 1),
      prefersWinograd(dy.shape, to: inputShape[3])
    else { return nil }
    let (from, to) = (dy.channels, inputShape[3])
    let packed = weights.packed(
      .flippedWinograd, scale: nil, count: ez_winograd_count(lanes, from, to)
    ) {
      ez_winograd_weights(lanes, weights.floats, from, to, nil, 1, $0)
    }
    return winograd(
      dy, packed, bias: nil, addend: nil, relu: false, into: Tensor(uninitialized: inputShape))
  }

  /// The gradient with respect to the weights of a 1×1 convolution that has a stride, is over what a
  /// normalisation is still to make, or whose base is slow; nil elsewhere, or where its sums would take too
  /// much memory.
  func pointwiseWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], _ window: Window
  ) -> Tensor? {
    let before = x.normalization
    guard window.isPointwise, window.stride > 1 || before != nil || !base.hasFastWindows,
      ez_pointwise_gradient_fits(lanes, x.channels, weightShape[0]) != 0
    else { return nil }
    let gradient = Tensor(uninitialized: weightShape)
    let lying = (before?.parts ?? [x]).map { ez_part(values: $0.floats, channels: $0.channels) }
    let places = [window.geometry(x.shape, channels: weightShape[0])]
    ez_pointwise_gradient(
      lanes, lying, lying.count, before?.affine.scale.floats, before?.affine.shift.floats, dy.rows,
      window.stride > 1 ? places : nil, dy.floats, weightShape[0],
      scratch(ez_pointwise_gradient_workspace(lanes, x.channels, weightShape[0])), gradient.floats)
    Profile.lap("weight gradient", input: x.shape, channels: weightShape[0], window)
    return gradient
  }

  private func winograd(
    _ x: Tensor, _ weights: Storage, bias: Tensor?, addend: UnsafeMutablePointer<Float>?,
    relu: Bool,
    into output: Tensor
  ) -> Tensor {
    let (batch, height, width, out) = (x.shape[0], x.shape[1], x.shape[2], output.channels)
    ez_winograd(
      lanes, x.floats, batch, height, width, x.channels, weights.floats, out, bias?.floats, addend,
      relu ? 1 : 0, scratch(ez_winograd_workspace(lanes, batch, height, width, x.channels, out)),
      output.floats)
    Profile.lap(
      "Winograd", input: x.shape, channels: out,
      Window(height: 3, width: 3, stride: 1, padding: 1))
    return output
  }

  private func pointwise(_ work: inout DeferredConvolution) -> Tensor {
    // First: it may be the input itself, which is made by that, and then read as it lies.
    let addend = work.addend?.floats
    var (parts, affine) = ([work.input], ChannelAffine?.none)
    let isStrided = work.window.stride > 1
    if !isStrided, let before = work.input.normalization {
      (parts, affine) = (before.parts, before.affine)
    }
    let (depth, out) = (work.input.channels, work.weights.shape[0])
    let weights = work.weights.packed(
      .pointwise, scale: work.scale, count: ez_packed_count(lanes, depth, out)
    ) { ez_pack_weights(lanes, work.weights.floats, out, depth, work.scale?.floats, $0) }
    let lying = parts.map { ez_part(values: $0.floats, channels: $0.channels) }
    let output = work.takeOutput()
    let places = [work.window.geometry(work.input.shape, channels: out)]
    ez_pointwise(
      lanes, lying, lying.count, affine?.scale.floats, affine?.shift.floats, output.rows,
      isStrided ? places : nil, weights.floats, out, work.bias?.floats, addend, work.relu ? 1 : 0,
      scratch(ez_pointwise_workspace(lanes, output.rows, depth, out)),
      output.floats)
    Profile.lap(
      affine == nil ? "product" : "normalization and product", input: work.input.shape,
      channels: out, work.window)
    return output
  }

  /// 3×3 with stride 2, a phase of the input at a time.
  private func strided(_ work: inout DeferredConvolution) -> Tensor {
    let (x, out) = (work.input, work.weights.shape[0])
    // Before there is an output: it may run all that was put off before it, and may be the input itself.
    let (addend, floats) = (work.addend?.floats, x.floats)
    let weights = work.weights.packed(
      .strided, scale: work.scale, count: ez_strided_count(lanes, x.channels, out)
    ) { ez_strided_weights(lanes, work.weights.floats, x.channels, out, work.scale?.floats, $0) }
    let output = work.takeOutput()
    let (batch, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    ez_strided(
      lanes, floats, batch, height, width, x.channels, weights.floats, out, work.bias?.floats,
      addend,
      work.relu ? 1 : 0, scratch(ez_strided_workspace(batch, height, width, x.channels, out)),
      output.floats)
    Profile.lap("phases", input: x.shape, channels: out, work.window)
    return output
  }

  private func direct(_ work: inout DeferredConvolution) -> Tensor {
    let (x, out) = (work.input, work.weights.shape[0])
    let depth = work.weights.count / out
    let weights = work.weights.packed(
      .pointwise, scale: work.scale, count: ez_packed_count(lanes, depth, out)
    ) { ez_pack_weights(lanes, work.weights.floats, out, depth, work.scale?.floats, $0) }
    // Before there is an output: it may run all that was put off before it, and may be the input itself.
    let (addend, floats) = (work.addend?.floats, x.floats)
    let output = work.takeOutput()
    var geometry = work.window.geometry(x.shape, channels: out)
    ez_direct(
      lanes, &geometry, floats, weights.floats, work.bias?.floats, addend, work.relu ? 1 : 0,
      scratch(ez_direct_workspace(&geometry)), output.floats)
    Profile.lap("direct", input: x.shape, channels: out, work.window)
    return output
  }
}
