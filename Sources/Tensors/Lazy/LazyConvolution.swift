import CKernels

/// A convolution and what has fused with it.
package struct LazyConvolution {
  let kernels: any Kernels
  var input: Tensor
  let weights: Tensor
  let window: Window
  /// Whether its pass is recorded, so that a sign that rounding moves matters.
  let isRecorded: Bool
  /// What each output channel's weights are multiplied by, `[out]`.
  var scale: Tensor?
  /// Added to each output channel, `[out]`.
  var bias: Tensor?
  /// Scale and bias before they were rounded, where a normalisation has fused.
  var exact: ChannelAffine.Exact?
  /// Added to the result, of its shape.
  var addend: Tensor?
  var relu = false
  /// What is applied to each element at last; never with a ReLU.
  var activation: Activation?
  /// Where the result is wanted, if that matters.
  var place: Storage?
  /// Where the gradient of what it is now arrives.
  var node: GradientNode?

  init(
    kernels: any Kernels, input: Tensor, weights: Tensor, window: Window, bias: Tensor?,
    isRecorded: Bool
  ) {
    (self.kernels, self.input, self.weights, self.window) = (kernels, input, weights, window)
    (self.bias, self.isRecorded) = (bias, isRecorded)
  }

  var shape: [Int] { window.outputShape(input.shape, channels: weights.shape[0]) }

  /// Whether a sum may still fuse.
  var isLinear: Bool { addend == nil && !hasFunction }

  /// Whether nothing more can fuse but by its sum.
  var hasFunction: Bool { relu || activation != nil }

  /// What fused, for the profile.
  var words: String { activation.map { " and \($0)" } ?? "" }

  /// What a kernel does to sums before it stores them.
  func epilogue(_ bias: UnsafePointer<Float>?, _ addend: UnsafePointer<Float>?) -> ez_epilogue {
    ez_epilogue(
      bias: bias, add: addend, relu: relu ? 1 : 0, function: activation.map { $0.kind + 1 } ?? 0)
  }

  /// The convolution with a normalisation behind it; nil where one has fused already, or a sum.
  func normalized(_ affine: ChannelAffine, relu: Bool) -> LazyConvolution? {
    guard isLinear, scale == nil else { return nil }
    var fused = self
    fused.scale = affine.scale
    fused.bias = affine.shift
    fused.exact = affine.exact
    if let bias {
      let own = bias.values
      fused.bias = Tensor(
        zip(zip(own, affine.scale.values), affine.shift.values).map { $0.0 * $0.1 + $1 },
        shape: bias.shape)
      for c in own.indices {
        fused.exact?.shift[c] += Double(own[c]) * affine.exact.scale[c]
      }
    }
    fused.relu = relu
    return fused
  }
}
