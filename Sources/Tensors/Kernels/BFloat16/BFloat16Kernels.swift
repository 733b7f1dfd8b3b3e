import CKernels

/// A set of kernels whose convolutions, and their gradients, multiply in bf16.
///
/// Both factors are rounded to 8 significant bits; the sums and all tensors stay in single precision, weights
/// and their updates too. Where no gradient is wanted, what only the next convolution reads is stored rounded.
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
  package var library: String { "\(base.library), bf16 by \(arithmetic)" }
  private var workspace = Storage(count: 16)

  /// The kernels around others.
  ///
  /// - Precondition: the processor has what multiplies.
  package init(_ base: any Kernels, _ arithmetic: Arithmetic = .best) {
    precondition(
      arithmetic.rawValue <= Arithmetic.best.rawValue, "this processor has no \(arithmetic)")
    (self.base, self.arithmetic) = (base, arithmetic)
    name = "\(base.name), bf16"
  }

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    guard window.groups == 1 else { return base.convolution(x, weights, bias: bias, window) }
    return run(
      DeferredConvolution(
        kernels: self, input: x, weights: weights, window: window, bias: bias, isRecorded: true))
  }

  package func run(_ work: consuming DeferredConvolution) -> Tensor {
    guard work.window.groups == 1 else { return base.run(work) }
    let operands = operands(of: work)
    let output = work.takeOutput()
    multiply(work, operands, output.floats, nil)
    return output
  }

  /// What a convolution reads, made if it was put off.
  private func operands(of work: DeferredConvolution) -> Operands {
    // First: it may be the input itself, which is made by that, and then read as it lies.
    let addend = work.addend?.floats
    let input = work.isRecorded ? nil : halves(work.input)
    return Operands(
      addend: addend, input: input, source: input == nil ? Source(work.input) : Source())
  }

  /// Makes numbers of single precision or of bf16.
  private func multiply(
    _ work: DeferredConvolution, _ operands: Operands, _ floats: UnsafeMutablePointer<Float>?,
    _ rounded: UnsafeMutablePointer<UInt16>?
  ) {
    let source = operands.source
    let packed = packed(work.weights, scale: work.scale, turned: false)
    var geometry = work.window.geometry(work.input.shape, channels: work.weights.shape[0])
    ez_bf16_convolution(
      arithmetic.rawValue, &geometry, source.parts, source.parts.count, source.scale, source.shift,
      operands.input?.halfFloats, packed.halfFloats, work.bias?.floats, operands.addend,
      work.relu ? 1 : 0,
      scratch(ez_bf16_workspace(&geometry)), floats, rounded)
    Profile.lap("bf16", input: work.input.shape, channels: work.weights.shape[0], work.window)
  }

  /// What a convolution has made, or is to make now, for another that rounds it; nil for other tensors.
  ///
  /// A result that others read too, as a sum behind it may, stays in single precision.
  private func halves(_ x: Tensor) -> Storage? {
    if let made = x.storage.halves { return made }
    guard let work = x.convolution, work.kernels === self, !work.isRecorded, work.node == nil,
      work.addend == nil, work.window.groups == 1
    else { return nil }
    Profile.lapBetween()
    let made = Storage(count: (x.count + 1) / 2)
    multiply(work, operands(of: work), nil, made.halfFloats)
    x.storage.madeAsHalves(made)
    return made
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
      nil, nil, packed.halfFloats, nil, nil, 0, scratch(ez_bf16_workspace(&geometry)), dx.floats,
      nil)
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

/// What a convolution reads: what is added, and the input as bf16 or else as a source.
private struct Operands {
  let addend: UnsafeMutablePointer<Float>?
  let input: Storage?
  let source: Source
}

/// What a convolution reads: a tensor, or what a normalisation with ReLU that is still to be done reads; the
/// tensor must be kept, and must not be made, while it is in use.
private struct Source {
  let parts: [ez_part]
  let scale: UnsafeMutablePointer<Float>?
  let shift: UnsafeMutablePointer<Float>?

  /// Nothing: the input is bf16.
  init() { (parts, scale, shift) = ([], nil, nil) }

  init(_ x: Tensor) {
    let before = x.normalization
    parts = (before?.parts ?? [x]).map { ez_part(values: $0.floats, channels: $0.channels) }
    (scale, shift) = (before?.affine.scale.floats, before?.affine.shift.floats)
  }
}

extension Storage {
  fileprivate var halfFloats: UnsafeMutablePointer<UInt16> {
    bytes.assumingMemoryBound(to: UInt16.self)
  }
}
