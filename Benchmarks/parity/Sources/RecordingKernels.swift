import Tensors

/// Kernels that do what others do, and keep what passes through them on the way forward.
///
/// What a convolution or a maximum pooling reads in a DenseNet is the output of a ReLU, so the signs
/// of these tensors are the choices the ReLUs made.
final class RecordingKernels: Kernels {
  private let kernels: any Kernels
  /// Whether each input of a kernel is above zero, in order, without the images themselves.
  private(set) var choices: [[Bool]] = []
  /// What the last block has made: the output of the last pooling, and of each 3×3 convolution since.
  private(set) var lastParts: [Tensor] = []
  private var hasSeenImages = false

  init(_ kernels: any Kernels) { self.kernels = kernels }

  var name: String { kernels.name }

  func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window) -> Tensor {
    if hasSeenImages { record(x) }
    hasSeenImages = true
    let output = kernels.convolution(x, weights, bias: bias, window)
    if window.height == 3 { lastParts.append(output.detached) }
    return output
  }

  func maxPool(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument) {
    record(x)
    let result = kernels.maxPool(x, window)
    lastParts = [result.output.detached]
    return result
  }

  func averagePool(_ x: Tensor, _ window: Window) -> Tensor {
    let output = kernels.averagePool(x, window)
    lastParts = [output.detached]
    return output
  }

  /// Adds the signs of a tensor to `choices`.
  func record(_ x: Tensor) { choices.append(x.values.map { $0 > 0 }) }

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

  func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor {
    kernels.averagePoolGradient(dy, inputShape: inputShape, window)
  }
}
