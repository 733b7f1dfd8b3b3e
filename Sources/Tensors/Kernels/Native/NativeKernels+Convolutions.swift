import CKernels

extension NativeKernels {
  /// The result, or nil where another way is faster or the shape is not for these loops.
  ///
  /// Winograd's rounding is ten times that of the plain sum, 1e-5 of the result. In a training
  /// pass it would move a few values across zero, and each lets its ReLU's gradient jump; so there the
  /// forward pass is the plain sum, and only the gradients, behind which no choice lies, are Winograd's. Where the input's
  /// gradient alone is wanted it runs forward, too: such jumps are no more than those of another order of sums.
  func convolved(_ work: inout LazyConvolution) -> Tensor? {
    let window = work.window
    if let made = block(&work) { return made }
    if window.isDepthwise(work.input.shape, channels: work.weights.shape[0]) {
      return DepthwiseConvolution.run(work)
    }
    guard window.groups == 1 else { return nil }
    if window.isPointwise { return pointwise(&work) }
    if !work.isRecorded || work.node != nil {
      if let activation = work.activation, window.height == 3 {
        var linear = work
        linear.activation = nil
        return convolved(&linear)?.activatedInPlace(activation)
      }
      if window == Window(height: 3, width: 3, stride: 1, padding: 1),
        prefersWinograd(work.input.shape, to: work.weights.shape[0])
      {
        return winograd(&work)
      }
      if window == Window(height: 3, width: 3, stride: 2, padding: 1),
        prefersPhases(work.input.shape, work.shape)
      {
        return strided(&work)
      }
    }
    return runsAnyWindow && window.isEven ? direct(&work) : nil
  }

  /// The gradient with respect to the input of a 3×3 convolution, itself one with rotated weights.
  func winogradInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor? {
    guard window == Window(height: 3, width: 3, stride: 1, padding: 1),
      prefersWinograd(dy.shape, to: inputShape[3])
    else { return nil }
    return rotatedWinograd(dy, weights, inputShape: inputShape)
  }

  /// The same, whatever it costs.
  func rotatedWinograd(_ dy: Tensor, _ weights: Tensor, inputShape: [Int]) -> Tensor {
    let (from, to) = (dy.channels, inputShape[3])
    let packed = weights.packed(
      .rotatedWinograd, scale: nil, count: ez_winograd_count(lanes, from, to)
    ) { weights, _, packed in ez_winograd_weights(lanes, weights, from, to, nil, 1, packed) }
    let dx = Tensor(uninitialized: inputShape)
    winograd(
      KernelInput(dy, fusesNormalization: false), dy.shape, packed, bias: nil, addend: nil,
      relu: false, into: dx)
    return dx
  }

  /// The gradient with respect to the input of a 1×1 convolution over maps, itself one with transposed weights; nil
  /// elsewhere.
  func pointwiseInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor? {
    guard window.isPlain else { return nil }
    let (from, to) = (dy.channels, inputShape[3])
    let packed = weights.packed(
      .transposedPointwise, scale: nil, count: ez_packed_count(lanes, from, to)
    ) { weights, _, packed in
      ez_pack_transposed(lanes, weights, to, from, packed)
    }
    let space = scratch(ez_pointwise_workspace(lanes, dy.rows, from, to))
    let dx = Tensor(inputShape, from: KernelInput(dy), packed, space) { dx, dy, packed, space in
      var epilogue = ez_epilogue()
      dy.withRows(inputShape.dropLast().reduce(1, *)) {
        ez_pointwise(lanes, $0, packed, to, &epilogue, space, dx)
      }
    }
    Profile.lap("input gradient", input: inputShape, channels: from, window)
    return dx
  }

  /// The gradient with respect to the weights of a 3×3 convolution by Winograd's tiles, a quarter of the products; nil
  /// elsewhere, or where maps are smaller than a tile.
  func winogradWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], _ window: Window
  ) -> Tensor? {
    let (shape, out) = (x.shape, weightShape[0])
    guard window == Window(height: 3, width: 3, stride: 1, padding: 1),
      min(shape[1], shape[2]) >= 4,
      ez_winograd_gradient_fits(shape[3], out) != 0
    else { return nil }
    let space = scratch(
      ez_winograd_gradient_workspace(lanes, shape[0], shape[1], shape[2], shape[3], out))
    let input = KernelInput(x, fusesNormalization: normalisesOne(x))
    let gradient = Tensor(weightShape, from: input, dy, space) { gradient, input, dy, space in
      ez_winograd_weight_gradient(
        lanes, input.parts[0].values, input.scale, input.shift, shape[0], shape[1], shape[2],
        shape[3], dy, out, space, gradient)
    }
    Profile.lap("Winograd, weight gradient", input: shape, channels: out, window)
    return gradient
  }

  /// The gradient with respect to the weights of a 1×1 convolution that has a stride, is over what a
  /// normalisation is still to make, or whose base is slow; nil elsewhere, or where its sums would take too
  /// much memory.
  func pointwiseWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], _ window: Window
  ) -> Tensor? {
    guard window.isPointwise,
      window.stride > 1 || x.lazyNormalization != nil || !base.hasFastWindows,
      ez_pointwise_gradient_fits(lanes, x.channels, weightShape[0]) != 0
    else { return nil }
    let out = weightShape[0]
    let places = window.stride > 1 ? window.geometry(x.shape, channels: out) : nil
    let space = scratch(ez_pointwise_gradient_workspace(lanes, x.channels, out))
    let gradient = Tensor(weightShape, from: KernelInput(x), dy, space) {
      gradient, input, slopes, space in
      input.withRows(dy.rows, places: places) { source in
        ez_pointwise_gradient(lanes, source, slopes, out, space, gradient)
      }
    }
    Profile.lap("weight gradient", input: x.shape, channels: out, window)
    return gradient
  }

  /// Whether a tensor is still to be made by a normalisation of one part, which Winograd's tiles do while reading.
  private func normalisesOne(_ x: Tensor) -> Bool { x.lazyNormalization?.parts.count == 1 }

  func winograd(_ work: inout LazyConvolution) -> Tensor {
    let (shape, out) = (work.input.shape, work.weights.shape[0])
    let operands = work.takeOperands(fusesNormalization: normalisesOne(work.input))
    let packed = work.weights.packed(
      .winograd, scale: work.scale, count: ez_winograd_count(lanes, shape[3], out)
    ) { weights, scale, packed in
      ez_winograd_weights(lanes, weights, shape[3], out, scale, 0, packed)
    }
    winograd(
      operands.input, shape, packed, bias: work.bias, addend: operands.addend, relu: work.relu,
      into: operands.output)
    return operands.output
  }

  private func winograd(
    _ input: KernelInput, _ shape: [Int], _ weights: Storage, bias: Tensor?, addend: Tensor?,
    relu: Bool, into output: Tensor
  ) {
    let (batch, height, width, from) = (shape[0], shape[1], shape[2], shape[3])
    let out = output.channels
    let space = scratch(ez_winograd_workspace(lanes, batch, height, width, from, out))
    withElements(input, weights, bias, addend, space, output.writable) {
      input, weights, bias, addend, space, output in
      var epilogue = ez_epilogue(bias: bias, add: addend, relu: relu ? 1 : 0, function: 0)
      ez_winograd(
        lanes, input.parts[0].values, input.scale, input.shift, batch, height, width, from,
        weights, out, &epilogue, space, output)
    }
    Profile.lap(
      input.affine == nil ? "Winograd" : "normalization and Winograd", input: shape, channels: out,
      Window(height: 3, width: 3, stride: 1, padding: 1))
  }

  private func pointwise(_ work: inout LazyConvolution) -> Tensor {
    let (shape, window) = (work.input.shape, work.window)
    let (depth, out) = (shape[3], work.weights.shape[0])
    let places = window.stride > 1 ? window.geometry(shape, channels: out) : nil
    let operands = work.takeOperands(fusesNormalization: places == nil, fusesGate: places == nil)
    let weights = packedProduct(work, depth: depth)
    let output = operands.output
    let space = scratch(ez_pointwise_workspace(lanes, output.rows, depth, out))
    withElements(operands.input, weights, work.bias, operands.addend, space, output.writable) {
      input, weights, bias, addend, space, results in
      var epilogue = work.epilogue(bias, addend)
      input.withRows(output.rows, places: places) { source in
        ez_pointwise(lanes, source, weights, out, &epilogue, space, results)
      }
    }
    Profile.lap(
      (operands.input.affine != nil
        ? "normalization and " : operands.input.gate != nil ? "gate and " : "")
        + "product" + work.words,
      input: shape, channels: out, window)
    return output
  }

  /// 3×3 with stride 2, a phase of the input at a time.
  private func strided(_ work: inout LazyConvolution) -> Tensor {
    let (x, out, relu) = (work.input, work.weights.shape[0], work.relu)
    let (batch, height, width, from) = (x.shape[0], x.shape[1], x.shape[2], x.channels)
    let operands = work.takeOperands()
    let weights = work.weights.packed(
      .strided, scale: work.scale, count: ez_strided_count(lanes, from, out)
    ) { weights, scale, packed in ez_strided_weights(lanes, weights, from, out, scale, packed) }
    let space = scratch(ez_strided_workspace(batch, height, width, from, out))
    withElements(x, weights, work.bias, operands.addend, space, operands.output.writable) {
      x, weights, bias, addend, space, output in
      var epilogue = ez_epilogue(bias: bias, add: addend, relu: relu ? 1 : 0, function: 0)
      ez_strided(
        lanes, x, batch, height, width, from, weights, out, &epilogue, space, output)
    }
    Profile.lap("phases", input: x.shape, channels: out, work.window)
    return operands.output
  }

  /// Any window, by its definition.
  private func direct(_ work: inout LazyConvolution) -> Tensor {
    let (x, out) = (work.input, work.weights.shape[0])
    let operands = work.takeOperands()
    let weights = packedProduct(work, depth: work.weights.count / out)
    var geometry = work.window.geometry(x.shape, channels: out)
    let space = scratch(ez_direct_workspace(&geometry))
    withElements(x, weights, work.bias, operands.addend, space, operands.output.writable) {
      x, weights, bias, addend, space, output in
      var epilogue = work.epilogue(bias, addend)
      ez_direct(lanes, &geometry, x, weights, &epilogue, space, output)
    }
    Profile.lap("direct\(work.words)", input: x.shape, channels: out, work.window)
    return operands.output
  }

  func packedProduct(_ work: LazyConvolution, depth: Int) -> Storage {
    let out = work.weights.shape[0]
    return work.weights.packed(
      .pointwise, scale: work.scale, count: ez_packed_count(lanes, depth, out)
    ) { weights, scale, packed in ez_pack_weights(lanes, weights, out, depth, scale, packed) }
  }
}
