import CKernels

/// A set of kernels whose convolutions, and their gradients, multiply in bf16: both factors are rounded to 8
/// significant bits, the sums and all tensors stay in single precision, weights and their updates too.
///
/// What remains of single precision, that of `base`: grouped and depthwise convolutions, gradients of
/// convolutions with a stride, linear layers, texts, normalisations, losses, optimisers. Kalamkar et al. 2019,
/// https://arxiv.org/abs/1905.12322.
package final class BFloat16Kernels: Kernels {
  /// What multiplies.
  package enum Arithmetic: Int32, CaseIterable, Sendable {
    /// Plain loops: any processor, slow; to check the others.
    case plain
    /// The dot products of AVX-512 (`avx512_bf16`).
    case vectors
    /// The tiles of AMX (`amx_bf16`).
    case tiles

    /// The fastest that this processor and its kernel offer.
    package static let best = Arithmetic(rawValue: ez_bf16()) ?? .plain
  }

  package let name: String
  package let base: any Kernels
  package let arithmetic: Arithmetic
  private var workspace = Storage(count: 16)

  /// The kernels around others.
  ///
  /// - Precondition: the processor has what multiplies.
  package init(_ base: any Kernels, _ arithmetic: Arithmetic = .best) {
    precondition(
      arithmetic.rawValue <= Arithmetic.best.rawValue, "this processor has no \(arithmetic)")
    (self.base, self.arithmetic) = (base, arithmetic)
    name = "\(base.name)-bf16"
  }

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    guard window.groups == 1 else { return base.convolution(x, weights, bias: bias, window) }
    return run(
      DeferredConvolution(
        kernels: self, input: x, weights: weights, window: window, bias: bias, isRecorded: true))
  }

  package func run(_ work: DeferredConvolution) -> Tensor {
    guard work.window.groups == 1 else { return base.run(work) }
    // First: it may be the input itself, which is made by that, and then read as it lies.
    let addend = work.addend?.floats
    let source = Source(work.input)
    let packed = packed(work.weights, scale: work.scale, turned: false)
    let output = Tensor(uninitialized: work.shape)
    var geometry = work.window.geometry(work.input.shape, channels: output.channels)
    source.parts.withUnsafeBufferPointer { parts in
      guard let first = parts.baseAddress else { return }
      ez_bf16_convolution(
        arithmetic.rawValue, &geometry, first, parts.count, source.scale, source.shift,
        packed.halves, work.bias?.floats, addend, work.relu ? 1 : 0,
        scratch(ez_bf16_workspace(&geometry)), output.floats)
    }
    Profile.lap("bf16", input: work.input.shape, channels: output.channels, work.window)
    return output
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    // The gradient is a convolution with turned weights, and as much padding as makes the sizes right.
    guard window.groups == 1, window.stride == 1, window.height == window.width,
      window.padding < window.height
    else {
      return base.convolutionInputGradient(dy, weights, inputShape: inputShape, window)
    }
    let back = Window(
      height: window.height, width: window.width, stride: 1,
      padding: window.height - 1 - window.padding)
    let packed = packed(weights, scale: nil, turned: true)
    let dx = Tensor(uninitialized: inputShape)
    var geometry = back.geometry(dy.shape, channels: inputShape[3])
    ez_bf16_convolution(
      arithmetic.rawValue, &geometry, [ez_part(values: dy.floats, channels: dy.channels)], 1, nil,
      nil, packed.halves, nil, nil, 0, scratch(ez_bf16_workspace(&geometry)), dx.floats)
    Profile.lap("bf16, input gradient", input: inputShape, channels: dy.channels, window)
    return dx
  }

  package func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    guard window.groups == 1, window.stride == 1 else {
      return base.convolutionWeightGradient(
        x, dy, weightShape: weightShape, hasBias: hasBias, window)
    }
    let outer = dy.floats
    let source = Source(x)
    let gradient = Tensor(uninitialized: weightShape)
    var geometry = window.geometry(x.shape, channels: weightShape[0])
    source.parts.withUnsafeBufferPointer { parts in
      guard let first = parts.baseAddress else { return }
      ez_bf16_weight_gradient(
        arithmetic.rawValue, &geometry, first, parts.count, source.scale, source.shift, outer,
        scratch(ez_bf16_gradient_workspace(&geometry)), gradient.floats)
    }
    var bias: Tensor?
    if hasBias {
      let sums = Tensor(uninitialized: [weightShape[0]])
      ez_column_sums(outer, dy.rows, dy.channels, sums.floats, 0)
      bias = sums
    }
    Profile.lap("bf16, weight gradient", input: x.shape, channels: weightShape[0], window)
    return (gradient, bias)
  }

  private func packed(_ weights: Tensor, scale: Tensor?, turned: Bool) -> Storage {
    let (out, height, width, depth) = (
      weights.shape[0], weights.shape[1], weights.shape[2], weights.shape[3]
    )
    let count = ez_bf16_packed_count(depth, out, height, width, turned ? 1 : 0)
    return weights.packed(
      turned ? .turnedBFloat16 : .bfloat16, scale: scale, count: (count + 1) / 2
    ) { packed in
      packed.withMemoryRebound(to: UInt16.self, capacity: count) {
        ez_bf16_pack(
          weights.floats, depth, out, height, width, scale?.floats, turned ? 1 : 0, $0)
      }
    }
  }

  private func scratch(_ bytes: Int) -> UnsafeMutableRawPointer {
    if workspace.count * 4 < bytes { workspace = Storage(count: (bytes + 3) / 4) }
    return workspace.bytes
  }
}

/// What a convolution reads: a tensor, or what a normalisation with ReLU that is still to be done reads; the
/// tensor must be kept, and must not be made, while it is in use.
private struct Source {
  let parts: [ez_part]
  let scale: UnsafeMutablePointer<Float>?
  let shift: UnsafeMutablePointer<Float>?

  init(_ x: Tensor) {
    let before = x.normalization
    parts = (before?.parts ?? [x]).map { ez_part(values: $0.floats, channels: $0.channels) }
    (scale, shift) = (before?.affine.scale.floats, before?.affine.shift.floats)
  }
}

extension Storage {
  fileprivate var halves: UnsafeMutablePointer<UInt16> {
    bytes.assumingMemoryBound(to: UInt16.self)
  }
}
