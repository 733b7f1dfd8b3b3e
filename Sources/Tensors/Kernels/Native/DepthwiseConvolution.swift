import CKernels

extension Window {
  /// Whether each output channel reads the one input channel of its own.
  func isDepthwise(_ input: [Int], channels: Int) -> Bool {
    groups > 1 && groups == input[3] && groups == channels
  }
}

/// Depthwise convolutions by our own loops, weights transposed so that channels lie side by side.
enum DepthwiseConvolution {
  static func run(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let shape = window.outputShape(x.shape, channels: x.channels)
    let output = Tensor(shape, from: x, transposed(weights), bias) { output, x, weights, bias in
      ez_depthwise(x, &geometry, weights, bias, output)
    }
    Profile.lap("depthwise", input: x.shape, channels: x.channels, window)
    return output
  }

  static func inputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    var geometry = window.geometry(inputShape, channels: dy.channels)
    let dx = Tensor(inputShape, from: dy, transposed(weights)) { dx, dy, weights in
      ez_depthwise_input_gradient(dy, &geometry, weights, dx)
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
      ez_depthwise_weight_gradient(x, dy, &geometry, partial, sums)
    }
    let gradient = Tensor(weightShape, from: sums) { gradient, sums in
      ez_transpose(sums, 1, taps, channels, gradient)
    }
    Profile.lap("depthwise, weight gradient", input: x.shape, channels: channels, window)
    return (gradient, hasBias ? columnSums(dy) : nil)
  }

  /// `[channels, taps]` as `[taps, channels]`.
  private static func transposed(_ weights: Tensor) -> Tensor {
    let (channels, taps) = (weights.shape[0], weights.count / weights.shape[0])
    return Tensor([taps, channels], from: weights) { result, weights in
      ez_transpose(weights, 1, channels, taps, result)
    }
  }
}
