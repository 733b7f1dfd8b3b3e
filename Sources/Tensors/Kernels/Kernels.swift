/// The operations that more than one library can run: convolution and pooling.
///
/// Images are `[batch, height, width, channels]`, weights `[out, kernel height, kernel width, in]`.
/// Everything else (normalisation, element-wise, reductions, matrix products) has one implementation
/// for all sets.
package protocol Kernels: AnyObject {
  /// What runs, in words, as a run records it: `native over oneDNN`.
  var name: String { get }
  /// The library behind it, with its version.
  var library: String { get }
  /// Whether windows without a faster way run about as fast as our own loops of 16 floats.
  var hasFastWindows: Bool { get }
  /// The lanes of our own loops over attention and over windows of words, 8 or 16; 0 for matrix products of libraries.
  var ownLanes: Int32 { get }

  func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor
  /// A convolution and what has fused with it.
  func run(_ work: consuming LazyConvolution) -> Tensor
  /// `x` times the transpose of weights `[out, in]`, plus a bias, or times the weights as they are: `[rows, in]` to `[rows,
  /// out]`, or back; nil where these kernels have no product that is faster than the library's.
  func rowProduct(_ x: Tensor, _ weights: Tensor, _ side: ProductSide, bias: Tensor?) -> Tensor?
  /// Attention where no gradient is wanted, `[batch, time, 3 · width]` to `[batch, time, width]`; nil where these kernels
  /// have no way of their own.
  func attention(_ qkv: Tensor, _ shape: AttentionShape) -> Tensor?
  /// The mean over all places of each image, `[batch, channels]`, where these kernels are to make `x` and sum it as they
  /// do; nil elsewhere.
  func positionMeans(_ x: Tensor) -> Tensor?
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

/// Which way weights are multiplied.
package enum ProductSide {
  /// By their transpose: a linear layer.
  case across
  /// As they are: the gradient with respect to its input.
  case back
}

/// Which input won each place of a maximum pooling.
package struct PoolArgument {
  /// For each output the place `y * width + x` in its channel's map.
  package let positions: [Int32]
}

extension Kernels {
  package var library: String { Compute.blasConfiguration }
  package var hasFastWindows: Bool { false }
  package var ownLanes: Int32 { 0 }

  package func run(_ work: consuming LazyConvolution) -> Tensor { runSteps(work) }
  package func rowProduct(
    _ x: Tensor, _ weights: Tensor, _ side: ProductSide, bias: Tensor?
  ) -> Tensor? { nil }
  package func attention(_ qkv: Tensor, _ shape: AttentionShape) -> Tensor? { nil }
  package func positionMeans(_ x: Tensor) -> Tensor? { nil }
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
