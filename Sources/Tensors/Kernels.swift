/// The operations that more than one library can run: convolution and pooling.
///
/// Images are `[batch, height, width, channels]`, weights `[out, kernel height, kernel width, in]`.
/// Everything else (normalisation, element-wise, reductions, matrix products) has one implementation
/// for all sets.
package protocol Kernels: AnyObject {
  /// The name on the command line.
  var name: String { get }

  func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor
  /// A convolution and what has joined it.
  func run(_ work: consuming DeferredConvolution) -> Tensor
  func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor
  func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?)

  func maxPool(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument)
  func maxPoolGradient(
    _ dy: Tensor, _ argument: PoolArgument, inputShape: [Int], _ window: Window
  ) -> Tensor
  func averagePool(_ x: Tensor, _ window: Window) -> Tensor
  func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor
}

/// Which input won each place of a maximum pooling.
package struct PoolArgument {
  /// For each output the place `y * width + x` in its channel's map.
  package let positions: [Int32]
}

extension Kernels {
  package func run(_ work: consuming DeferredConvolution) -> Tensor { runSteps(work) }
  package func maxPool(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument) {
    pooledMaximum(x, window)
  }
  package func maxPoolGradient(
    _ dy: Tensor, _ argument: PoolArgument, inputShape: [Int], _ window: Window
  ) -> Tensor { pooledMaximumGradient(dy, argument, inputShape, window) }
  package func averagePool(_ x: Tensor, _ window: Window) -> Tensor { pooledMean(x, window) }
  package func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor {
    pooledMeanGradient(dy, inputShape, window)
  }
}
