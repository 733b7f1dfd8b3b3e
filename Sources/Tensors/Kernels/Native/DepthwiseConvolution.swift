import CKernels

extension Window {
  /// Whether each output channel reads the one input channel of its own.
  func isDepthwise(_ input: [Int], channels: Int) -> Bool {
    groups > 1 && groups == input[3] && groups == channels
  }
}

/// Depthwise convolutions by our own loops: a vector holds channels of one place, and each place of a line is read
/// once for all results that want it.
///
/// Kernels 3, 5 and 7 places wide with stride 1 or 2 have loops in vectors of 16 floats or 8; others, and other
/// processors, a plain one.
enum DepthwiseConvolution {
  static func run(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let shape = window.outputShape(x.shape, channels: x.channels)
    let output = Tensor(shape, from: x, packed(weights, scale: nil), bias) {
      output, x, weights, bias in
      var epilogue = ez_epilogue(bias: bias, add: nil, relu: 0, function: 0)
      ez_depthwise(ez_lanes(), &geometry, x, weights, &epilogue, output)
    }
    Profile.lap("depthwise", input: x.shape, channels: x.channels, window)
    return output
  }

  /// A convolution and what has fused with it.
  static func run(_ work: consuming LazyConvolution) -> Tensor {
    let (x, window) = (work.input, work.window)
    let operands = work.takeOperands()
    let weights = packed(work.weights, scale: work.scale)
    var geometry = window.geometry(x.shape, channels: x.channels)
    withElements(x, weights, work.bias, operands.addend, operands.output.writable) {
      x, weights, bias, addend, output in
      var epilogue = work.epilogue(bias, addend)
      ez_depthwise(ez_lanes(), &geometry, x, weights, &epilogue, output)
    }
    Profile.lap(
      "depthwise\(work.words)", input: x.shape, channels: x.channels, window)
    return operands.output
  }

  static func inputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    var geometry = window.geometry(inputShape, channels: dy.channels)
    let dx = Tensor(inputShape, from: dy, packed(weights, scale: nil)) { dx, dy, weights in
      ez_depthwise_input_gradient(ez_lanes(), &geometry, dy, weights, dx)
    }
    Profile.lap("depthwise, input gradient", input: inputShape, channels: dy.channels, window)
    return dx
  }

  static func weightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let (taps, channels) = (window.height * window.width, x.channels)
    let partial = Storage(count: x.shape[0] * taps * channels)
    let sums = Tensor([taps, channels], from: x, dy, partial) { sums, x, dy, partial in
      ez_depthwise_weight_gradient(ez_lanes(), &geometry, x, dy, partial, sums)
    }
    let gradient = Tensor(weightShape, from: sums) { gradient, sums in
      ez_transpose(sums, 1, taps, channels, gradient)
    }
    Profile.lap("depthwise, weight gradient", input: x.shape, channels: channels, window)
    return (gradient, hasBias ? columnSums(dy) : nil)
  }

  /// `[channels, taps]` with channels side by side.
  static func packed(_ weights: Tensor, scale: Tensor?) -> Storage {
    let (channels, taps) = (weights.shape[0], weights.count / weights.shape[0])
    // Two kinds, since an explanation asks for both in turn.
    let kind = scale == nil ? PackedWeights.Kind.depthwise : .scaledDepthwise
    return weights.packed(
      kind, scale: scale, count: ez_depthwise_packed_count(channels, taps)
    ) { weights, scale, packed in ez_depthwise_pack(weights, channels, taps, scale, packed) }
  }

  /// As dot products of bf16 take them.
  static func packedBFloat16(_ weights: Tensor, _ window: Window, scale: Tensor?) -> Storage {
    let channels = weights.shape[0]
    let count = ez_bf16_depthwise_packed_count(channels, window.height, window.width)
    return weights.packed(.bfloat16Depthwise, scale: scale, count: count) {
      weights, scale, packed in
      packed.withMemoryRebound(to: UInt32.self, capacity: count) {
        ez_bf16_depthwise_pack(weights, channels, window.height, window.width, scale, $0)
      }
    }
  }
}
