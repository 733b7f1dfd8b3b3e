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
    let shape = window.outputShape(x.shape, channels: channels)
    let (positions, width) = (shape[1] * shape[2], weights.count / channels)
    let output = Tensor(shape, from: x, weights, bias) { output, values, weights, bias in
      forEachUnfolded(values, x.shape, window, channels: channels) { sample, columns in
        multiply(
          Matrix(columns, rowStride: width), Matrix(weights, rowStride: width).transposed,
          into: output + sample * positions * channels, rowStride: channels,
          m: positions, n: channels, k: width)
      }
      if let bias { ez_add_bias(output, bias, shape[0] * positions, channels) }
    }
    Profile.lap("im2col", input: x.shape, channels: channels, window)
    return output
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    if window.groups > 1 {
      return inputGradientByGroups(dy, weights, inputShape: inputShape, window)
    }
    let channels = weights.shape[0]
    let (positions, width) = (dy.shape[1] * dy.shape[2], weights.count / channels)
    var geometry = window.geometry(inputShape, channels: channels)
    let columns = window.isPlain ? nil : Storage(count: positions * width)
    let size = inputShape.dropFirst().reduce(1, *)
    let dx = Tensor(inputShape, from: dy, weights, columns) { dx, dy, weights, columns in
      for sample in 0..<inputShape[0] {
        multiply(
          Matrix(dy + sample * positions * channels, rowStride: channels),
          Matrix(weights, rowStride: width),
          into: columns ?? dx + sample * size, rowStride: width,
          m: positions, n: width, k: channels)
        if let columns { ez_col2im(columns, &geometry, dx + sample * size) }
      }
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
    let channels = weightShape[0]
    let width = weightShape.dropFirst().reduce(1, *)
    let positions = dy.shape[1] * dy.shape[2]
    let gradient = Tensor(weightShape, from: x, dy) { gradient, values, dy in
      gradient.update(repeating: 0, count: channels * width)
      forEachUnfolded(values, x.shape, window, channels: channels) { sample, columns in
        multiply(
          Matrix(dy + sample * positions * channels, rowStride: channels).transposed,
          Matrix(columns, rowStride: width),
          into: gradient, rowStride: width,
          m: channels, n: width, k: positions, beta: 1)
      }
    }
    Profile.lap("im2col, weight gradient", input: x.shape, channels: channels, window)
    return (gradient, hasBias ? columnSums(dy) : nil)
  }
}

extension Kernels {
  /// The rows that a window takes of each sample of `shape`, `[places, window * channels]`.
  func forEachUnfolded(
    _ x: UnsafePointer<Float>, _ shape: [Int], _ window: Window, channels: Int,
    _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    var geometry = window.geometry(shape, channels: channels)
    let size = shape.dropFirst().reduce(1, *)
    let positions = geometry.out_height * geometry.out_width
    let columns =
      window.isPlain
      ? nil : Storage(count: positions * window.height * window.width * shape[3])
    withElements(columns) { columns in
      for sample in 0..<shape[0] {
        if let columns { ez_im2col(x + sample * size, &geometry, columns) }
        body(sample, columns.map { UnsafePointer($0) } ?? x + sample * size)
      }
    }
  }
}
