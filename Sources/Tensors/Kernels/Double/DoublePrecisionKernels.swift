import CKernels
import COpenBLAS

/// A set of kernels whose convolutions, with the normalisations, sums and ReLUs that fuse with them, and
/// poolings compute in double precision going forward, and hand each other their results unrounded; the
/// rest, gradients among it, is that of `base`.
///
/// In single precision a few of a network's ReLUs, say six of sixteen million, have an input that
/// rounding moves across zero, and each lets the gradient jump by more than all other rounding: so the
/// ReLUs have to be right, and the gradients behind them need not be exact. It takes more time.
///
/// Of single precision are grouped and depthwise convolutions, linear layers with their ReLUs (VGG's
/// hidden ones), other activations, global and adaptive pooling, and sums that fuse with no convolution; after
/// them the next convolution goes on in double precision.
package final class DoublePrecisionKernels: Kernels {
  /// Rows of an unfolded image that are multiplied at once, to stay in the cache.
  private static let chunk = 512

  private let base: any Kernels

  /// The kernels around others.
  package init(_ base: any Kernels) { self.base = base }

  package var name: String { base.name }
  package var library: String { base.library }

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    if window.isDepthwise(x.shape, channels: weights.shape[0]) {
      return base.convolution(x, weights, bias: bias, window)
    }
    if window.groups > 1 { return convolutionByGroups(x, weights, bias: bias, window) }
    return sums(
      LazyConvolution(
        kernels: self, input: x, weights: weights, window: window, bias: bias, isRecorded: true))
  }

  package func run(_ work: LazyConvolution) -> Tensor {
    if work.window.isDepthwise(work.input.shape, channels: work.weights.shape[0]) {
      return base.run(work)
    }
    return work.window.groups > 1 ? runSteps(work) : sums(work)
  }

  /// The convolution, the normalisation before it and what has fused with it.
  private func sums(_ work: LazyConvolution) -> Tensor {
    let shape = work.shape
    let (channels, positions) = (shape[3], shape[1] * shape[2])
    let depth = work.weights.count / channels
    let (input, addend) = (work.input.widened(), work.addend?.widened())
    let weights = work.weights.widened()
    let output = WideStorage(count: shape.reduce(1, *))
    let chunk = min(DoublePrecisionKernels.chunk, positions)
    withElements(input, weights, addend, output) { input, weights, addend, sums in
      forEachUnfolded(input, work.input.shape, work.window, channels: channels) { sample, columns in
        for start in stride(from: 0, to: positions, by: chunk) {
          let count = min(chunk, positions - start)
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(channels), Int32(depth), 1,
            columns + start * depth, Int32(depth), weights, Int32(depth), 0,
            sums + (sample * positions + start) * channels, Int32(channels))
        }
      }
      ez_affine_double(
        sums, shape.dropLast().reduce(1, *), channels, work.exact?.scale,
        work.exact?.shift ?? work.bias?.values.map(Double.init), addend, work.relu ? 1 : 0, sums,
        channels)
    }
    let rounded = output.rounded(shape)
    Profile.lap("double", input: work.input.shape, channels: channels, work.window)
    return work.activation.map { rounded.activatedInPlace($0) } ?? rounded
  }

  /// As for single precision: a number of this width moves as two of the other.
  private func forEachUnfolded(
    _ x: UnsafePointer<Double>, _ shape: [Int], _ window: Window, channels: Int,
    _ body: (Int, UnsafePointer<Double>) -> Void
  ) {
    let doubled = Array(shape.dropLast()) + [2 * shape[3]]
    UnsafeRawPointer(x).withMemoryRebound(to: Float.self, capacity: doubled.reduce(1, *)) {
      forEachUnfolded($0, doubled, window, channels: channels) { sample, columns in
        columns.withMemoryRebound(to: Double.self, capacity: 1) { body(sample, $0) }
      }
    }
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
    let wide = x.widened()
    var geometry = window.geometry(x.shape, channels: x.channels)
    let shape = window.outputShape(x.shape, channels: x.channels)
    let output = WideStorage(count: shape.reduce(1, *))
    var positions = [Int32](repeating: 0, count: output.count)
    withElements(wide, output) { ez_max_pool_double($0, &geometry, $1, &positions) }
    return (output.rounded(shape), PoolArgument(positions: positions))
  }

  package func maxPoolGradient(
    _ dy: Tensor, _ argument: PoolArgument, inputShape: [Int], _ window: Window
  ) -> Tensor {
    base.maxPoolGradient(dy, argument, inputShape: inputShape, window)
  }

  package func averagePool(_ x: Tensor, _ window: Window) -> Tensor {
    var geometry = window.geometry(x.shape, channels: x.channels)
    let shape = window.outputShape(x.shape, channels: x.channels)
    let output = WideStorage(count: shape.reduce(1, *))
    let wide = x.widened()
    withElements(wide, output) { ez_average_pool_double($0, &geometry, $1) }
    return output.rounded(shape)
  }

  package func averagePoolGradient(_ dy: Tensor, inputShape: [Int], _ window: Window) -> Tensor {
    base.averagePoolGradient(dy, inputShape: inputShape, window)
  }
}

extension Tensor {
  /// The content in double precision, unrounded where it was computed so.
  fileprivate func widened() -> WideStorage {
    if let wide = content.cache.wide { return wide }
    if case .normalization(let work) = content.lazy {
      let made = WideStorage(count: count)
      work.run(into: made)
      return made
    }
    materialize()
    if let wide = content.cache.wide { return wide }
    let made = WideStorage(count: count)
    withElements(self, made) { ez_widen($0, $1, count) }
    return made
  }
}

extension LazyNormalization {
  /// The result in double precision.
  fileprivate func run(into output: WideStorage) {
    let total = affine.exact.scale.count
    var offset = 0
    for part in parts {
      affine.exact.withPointers(from: offset) { scale, shift in
        withElements(part.widened(), output) { wide, output in
          ez_affine_double(
            wide, part.rows, part.channels, scale, shift, nil, relu ? 1 : 0, output + offset, total)
        }
      }
      offset += part.channels
    }
  }
}
