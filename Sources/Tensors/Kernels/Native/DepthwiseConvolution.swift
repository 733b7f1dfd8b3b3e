import CKernels

extension Window {
  /// Whether each output channel reads the one input channel of its own.
  func isDepthwise(_ input: [Int], channels: Int) -> Bool {
    groups > 1 && groups == input[3] && groups == channels
  }
}

/// Depthwise convolutions by our own loops, weights turned so that channels lie side by side.
enum DepthwiseConvolution {
  static func run(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let turned = turned(weights)
    let output = Tensor(uninitialized: window.outputShape(x.shape, channels: x.channels))
    ez_depthwise(x.floats, &geometry, turned.floats, bias?.floats, output.floats)
    return output
  }

  static func inputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    var geometry = window.geometry(inputShape, channels: dy.channels)
    let (turned, dx) = (turned(weights), Tensor(uninitialized: inputShape))
    ez_depthwise_input_gradient(dy.floats, &geometry, turned.floats, dx.floats)
    return dx
  }

  static func weightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let taps = window.height * window.width
    let partial = Storage(count: x.shape[0] * taps * x.channels)
    let sums = Tensor(uninitialized: [taps, x.channels])
    ez_depthwise_weight_gradient(x.floats, dy.floats, &geometry, partial.floats, sums.floats)
    let gradient = Tensor(uninitialized: weightShape)
    ez_transpose(sums.floats, 1, taps, x.channels, gradient.floats)
    guard hasBias else { return (gradient, nil) }
    let bias = Tensor(uninitialized: [dy.channels])
    ez_column_sums(dy.floats, dy.rows, dy.channels, bias.floats, 0)
    return (gradient, bias)
  }

  /// `[channels, taps]` as `[taps, channels]`.
  private static func turned(_ weights: Tensor) -> Tensor {
    let (channels, taps) = (weights.shape[0], weights.count / weights.shape[0])
    let result = Tensor(uninitialized: [taps, channels])
    ez_transpose(weights.floats, 1, channels, taps, result.floats)
    return result
  }
}
