import CKernels
import COpenBLAS

/// A set of kernels whose forward convolutions sum in double precision and round once; the rest is
/// that of `base`.
///
/// In single precision a few of a network's ReLUs, say six of sixteen million, have an input that
/// rounding moves across zero, and each lets the gradient jump by more than all other rounding.
/// Rounded once, far fewer do. It takes more time. Depthwise convolutions have sums too short to
/// matter and stay as they are.
package final class DoubleSumKernels: Kernels {
  /// Rows of an unfolded image that are widened at once, to stay in the cache.
  private static let chunk = 512

  private let base: any Kernels

  /// The kernels around others.
  package init(_ base: any Kernels) { self.base = base }

  package var name: String { base.name }

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    let channels = weights.shape[0]
    if window.isDepthwise(x.shape, channels: channels) {
      return base.convolution(x, weights, bias: bias, window)
    }
    if window.groups > 1 { return convolutionByGroups(x, weights, bias: bias, window) }
    let output = Tensor(uninitialized: window.outputShape(x.shape, channels: channels))
    let (positions, width) = (output.shape[1] * output.shape[2], weights.count / channels)
    let rows = min(DoubleSumKernels.chunk, positions)
    let wide = UnsafeMutableBufferPointer<Double>.allocate(
      capacity: weights.count + rows * (width + channels))
    defer { wide.deallocate() }
    guard let matrix = wide.baseAddress else { preconditionFailure("a convolution of nothing") }
    let (columnsAt, sumsAt) = (matrix + weights.count, matrix + weights.count + rows * width)
    ez_widen(weights.floats, matrix, weights.count)
    forEachUnfolded(x, window, channels: channels) { sample, columns in
      for start in stride(from: 0, to: positions, by: rows) {
        let count = min(rows, positions - start)
        ez_widen(columns + start * width, columnsAt, count * width)
        cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(channels), Int32(width), 1,
          columnsAt, Int32(width), matrix, Int32(width), 0, sumsAt, Int32(channels))
        ez_narrow(
          sumsAt, bias?.floats, output.floats + (sample * positions + start) * channels, count,
          channels)
      }
    }
    Profile.lap("double", input: x.shape, channels: channels, window)
    return output
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    base.convolutionInputGradient(dy, weights, inputShape: inputShape, window)
  }

  package func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    base.convolutionWeightGradient(x, dy, weightShape: weightShape, hasBias: hasBias, window)
  }

  package func maxPool(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument) {
    base.maxPool(x, window)
  }

  package func maxPoolGradient(
    _ dy: Tensor, _ argument: PoolArgument, inputShape: [Int], _ window: Window
  ) -> Tensor {
    base.maxPoolGradient(dy, argument, inputShape: inputShape, window)
  }

  package func averagePool(_ x: Tensor, _ window: Window) -> Tensor { base.averagePool(x, window) }

  package func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor {
    base.averagePoolGradient(dy, inputShape: inputShape, window)
  }
}
