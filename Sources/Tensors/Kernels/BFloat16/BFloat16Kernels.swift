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
  package var attentionLanes: Int32 { base.attentionLanes }
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
    guard window.groups == 1, window.isEven else {
      return base.convolution(x, weights, bias: bias, window)
    }
    return run(
      LazyConvolution(
        kernels: self, input: x, weights: weights, window: window, bias: bias, isRecorded: true))
  }

  package func run(_ work: consuming LazyConvolution) -> Tensor {
    guard work.window.groups == 1, work.window.isEven else { return base.run(work) }
    if let activation = work.activation {
      var linear = work
      linear.activation = nil
      return run(linear).activatedInPlace(activation)
    }
    let input = input(of: work)
    let (output, addend) = work.takeOutput()
    multiply(work, input, addend, output.writable, nil)
    return output
  }

  /// What a convolution reads: bf16, or else numbers of single precision.
  private enum Input {
    case halves(Storage)
    case floats(KernelInput)
  }

  /// What a convolution reads, made; what is added is made before, since it may be the input itself, which is
  /// then read as it is.
  private func input(of work: LazyConvolution) -> Input {
    work.addend?.materialize()
    if !work.isRecorded, let halves = halves(work.input) { return .halves(halves) }
    return .floats(KernelInput(work.input))
  }

  /// Makes numbers of single precision or of bf16.
  private func multiply(
    _ work: LazyConvolution, _ input: Input, _ addend: Tensor?, _ floats: WritableTensor?,
    _ rounded: ReboundStorage<UInt16>?
  ) {
    var geometry = work.window.geometry(work.input.shape, channels: work.weights.shape[0])
    let packed = packed(work.weights, scale: work.scale, transposed: false)
    let space = scratch(ez_bf16_workspace(&geometry))
    let (halves, source): (ReboundStorage<UInt16>?, KernelInput?) =
      switch input {
      case .halves(let halves): (halves.rebound(to: UInt16.self), nil)
      case .floats(let source): (nil, source)
      }
    withElements(source, halves, packed, work.bias, addend, space, floats, rounded) {
      source, halves, packed, bias, addend, space, floats, rounded in
      var epilogue = ez_epilogue(bias: bias, add: addend, relu: work.relu ? 1 : 0, function: 0)
      func multiply(_ source: UnsafePointer<ez_source>?) {
        ez_bf16_convolution(
          arithmetic.rawValue, &geometry, source, halves, packed, &epilogue, space, floats, rounded)
      }
      if let source { source.withRows(0) { multiply($0) } } else { multiply(nil) }
    }
    Profile.lap("bf16", input: work.input.shape, channels: work.weights.shape[0], work.window)
  }

  /// What a convolution has made, or is to make now, for another that rounds it; nil for other tensors.
  ///
  /// A result that others read too, as a sum behind it may, stays in single precision.
  private func halves(_ x: Tensor) -> Storage? {
    x.content.materializedHalves { _ in
      guard let work = x.lazyConvolution, work.kernels === self, !work.isRecorded,
        work.node == nil, work.addend == nil, work.activation == nil, work.window.groups == 1,
        work.window.isEven
      else { return nil }
      Profile.lapBetween()
      let made = Storage(count: (x.count + 1) / 2)
      multiply(work, input(of: work), nil, nil, made.rebound(to: UInt16.self))
      return made
    }
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    // The gradient is a convolution with transposed, rotated weights, and as much padding as makes the sizes right.
    guard window.groups == 1, window.stride == 1, window.height == window.width, window.isEven,
      window.padding.top < window.height
    else {
      return base.convolutionInputGradient(dy, weights, inputShape: inputShape, window)
    }
    let back = Window(
      height: window.height, width: window.width, stride: 1,
      padding: window.height - 1 - window.padding.top)
    let packed = packed(weights, scale: nil, transposed: true)
    var geometry = back.geometry(dy.shape, channels: inputShape[3])
    let space = scratch(ez_bf16_workspace(&geometry))
    let dx = Tensor(inputShape, from: KernelInput(dy), packed, space) { dx, dy, packed, space in
      var epilogue = ez_epilogue(bias: nil, add: nil, relu: 0, function: 0)
      dy.withRows(0) { source in
        ez_bf16_convolution(
          arithmetic.rawValue, &geometry, source, nil, packed, &epilogue, space, dx, nil)
      }
    }
    Profile.lap("bf16, input gradient", input: inputShape, channels: dy.channels, window)
    return dx
  }

  package func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    guard window.groups == 1, window.stride == 1, window.isEven else {
      return base.convolutionWeightGradient(
        x, dy, weightShape: weightShape, hasBias: hasBias, window)
    }
    var geometry = window.geometry(x.shape, channels: weightShape[0])
    let space = scratch(ez_bf16_gradient_workspace(&geometry))
    dy.materialize()
    let gradient = Tensor(weightShape, from: KernelInput(x), dy, space) {
      gradient, input, dy, space in
      input.withRows(0) { source in
        ez_bf16_weight_gradient(arithmetic.rawValue, &geometry, source, dy, space, gradient)
      }
    }
    let bias = hasBias ? columnSums(dy) : nil
    Profile.lap("bf16, weight gradient", input: x.shape, channels: weightShape[0], window)
    return (gradient, bias)
  }

  private func packed(_ weights: Tensor, scale: Tensor?, transposed: Bool)
    -> ReboundStorage<UInt16>
  {
    let (out, height, width, depth) = (
      weights.shape[0], weights.shape[1], weights.shape[2], weights.shape[3]
    )
    let (count, flag) = (
      ez_bf16_packed_count(depth, out, height, width, transposed ? 1 : 0),
      Int32(transposed ? 1 : 0)
    )
    return weights.packed(
      transposed ? .transposedBFloat16 : .bfloat16, scale: scale, count: (count + 1) / 2
    ) { weights, scale, packed in
      packed.withMemoryRebound(to: UInt16.self, capacity: count) {
        ez_bf16_pack(weights, depth, out, height, width, scale, flag, $0)
      }
    }.rebound(to: UInt16.self)
  }

  private func scratch(_ bytes: Int) -> Storage {
    if workspace.count * 4 < bytes { workspace = Storage(count: (bytes + 3) / 4) }
    return workspace
  }
}

extension Storage {
  /// As many numbers of single precision, of a memory of bf16.
  func widened(count: Int) -> Storage {
    let wide = Storage(count: count)
    withElements(rebound(to: UInt16.self), wide) { ez_bf16_widen($0, count, $1) }
    return wide
  }
}
