import Tensors

/// Kernels that do what others do, and keep which inputs win each maximum pooling.
final class RecordingKernels: Kernels {
  private let kernels: any Kernels
  /// The winners of each maximum pooling, in the order of the pass.
  private(set) var winners: [[Int32]] = []

  init(_ kernels: any Kernels) { self.kernels = kernels }

  var name: String { kernels.name }

  func maxPool(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument) {
    let result = kernels.maxPool(x, window)
    winners.append(result.argument.positions)
    return result
  }

  func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor {
    kernels.convolution(x, weights, bias: bias, window)
  }

  func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    kernels.convolutionInputGradient(dy, weights, inputShape: inputShape, window)
  }

  func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    kernels.convolutionWeightGradient(x, dy, weightShape: weightShape, hasBias: hasBias, window)
  }

  func maxPoolGradient(
    _ dy: Tensor, _ argument: PoolArgument, inputShape: [Int], _ window: Window
  ) -> Tensor {
    kernels.maxPoolGradient(dy, argument, inputShape: inputShape, window)
  }

  func averagePool(_ x: Tensor, _ window: Window) -> Tensor { kernels.averagePool(x, window) }

  func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor {
    kernels.averagePoolGradient(dy, inputShape: inputShape, window)
  }
}
