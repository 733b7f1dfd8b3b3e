import CKernels

/// The reference set: windows unfolded into rows (im2col), then matrix products of OpenBLAS.
///
/// What other sets are measured against, and the base of `NativeKernels` where oneDNN is not installed.
package final class ReferenceKernels: Kernels {
  package let name = "reference"

  package init() {}

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    if window.groups > 1 { return convolutionByGroups(x, weights, bias: bias, window) }
    let channels = weights.shape[0]
    let output = Tensor(uninitialized: window.outputShape(x.shape, channels: channels))
    let (positions, width) = (output.shape[1] * output.shape[2], weights.count / channels)
    forEachUnfolded(x, window, channels: channels) { sample, columns in
      multiply(
        Matrix(columns, rowStride: width), Matrix(weights.floats, rowStride: width).transposed,
        into: output.floats + sample * positions * channels, rowStride: channels,
        m: positions, n: channels, k: width)
    }
    if let bias { ez_add_bias(output.floats, bias.floats, output.rows, channels) }
    Profile.lap("im2col", input: x.shape, channels: channels, window)
    return output
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    if window.groups > 1 {
      return inputGradientByGroups(dy, weights, inputShape: inputShape, window)
    }
    let dx = Tensor(uninitialized: inputShape)
    let channels = weights.shape[0]
    let (positions, width) = (dy.shape[1] * dy.shape[2], weights.count / channels)
    var geometry = window.geometry(inputShape, channels: channels)
    let size = inputShape.dropFirst().reduce(1, *)
    let isPlain = window == Window(height: 1, width: 1, stride: 1, padding: 0)
    let columns = Tensor(uninitialized: isPlain ? [0] : [positions, width])
    for sample in 0..<inputShape[0] {
      multiply(
        Matrix(dy.floats + sample * positions * channels, rowStride: channels),
        Matrix(weights.floats, rowStride: width),
        into: isPlain ? dx.floats + sample * size : columns.floats, rowStride: width,
        m: positions, n: width, k: channels)
      if !isPlain { ez_col2im(columns.floats, &geometry, dx.floats + sample * size) }
    }
    Profile.lap("im2col, input gradient", input: inputShape, channels: channels, window)
    return dx
  }

  package func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    if window.groups > 1 {
      return weightGradientByGroups(x, dy, weightShape: weightShape, hasBias: hasBias, window)
    }
    let gradient = Tensor(repeating: 0, shape: weightShape)
    let channels = weightShape[0]
    let (positions, width) = (dy.shape[1] * dy.shape[2], gradient.count / channels)
    forEachUnfolded(x, window, channels: channels) { sample, columns in
      multiply(
        Matrix(dy.floats + sample * positions * channels, rowStride: channels).transposed,
        Matrix(columns, rowStride: width),
        into: gradient.floats, rowStride: width,
        m: channels, n: width, k: positions, beta: 1)
    }
    Profile.lap("im2col, weight gradient", input: x.shape, channels: channels, window)
    guard hasBias else { return (gradient, nil) }
    let bias = Tensor(uninitialized: [channels])
    ez_column_sums(dy.floats, dy.rows, channels, bias.floats, 0)
    return (gradient, bias)
  }
}

extension Kernels {
  /// The rows that a window takes of each sample, `[places, window * channels]`.
  func forEachUnfolded(
    _ x: Tensor, _ window: Window, channels: Int, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    var geometry = window.geometry(x.shape, channels: channels)
    let size = x.shape.dropFirst().reduce(1, *)
    let isPlain = window == Window(height: 1, width: 1, stride: 1, padding: 0)
    let positions = geometry.out_height * geometry.out_width
    let columns =
      isPlain
      ? nil : Tensor(uninitialized: [positions, window.height * window.width * x.channels])
    for sample in 0..<x.shape[0] {
      let image = x.floats + sample * size
      if let columns {
        ez_im2col(image, &geometry, columns.floats)
        body(sample, columns.floats)
      } else {
        body(sample, image)
      }
    }
  }
}
