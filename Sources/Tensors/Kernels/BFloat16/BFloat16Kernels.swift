import CKernels

/// A set of kernels whose convolutions, and their gradients, multiply in bf16.
///
/// Both factors are rounded to 8 significant bits; the sums stay in single precision, weights and their updates
/// too. Where no gradient is wanted, what a convolution reads of another is stored rounded, sums with what went
/// round them (residual networks) among it, and attention and linear layers over tokens multiply in bf16, too.
///
/// Where dot products multiply, not tiles, and `base` are the native kernels, 3×3 convolutions with stride 1 and their
/// gradients are Winograd's in single precision wherever those take less time.
///
/// Where dot products multiply, no gradient is wanted and the window has loops for it, depthwise convolutions take bf16,
/// too, two taps of a column at a time.
///
/// What remains of single precision, that of `base`: grouped and other depthwise convolutions, gradients of
/// convolutions with a stride, other linear layers, words, normalisations, losses, optimisers. Kalamkar et al. 2019,
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
  package var library: String {
    // Stands in runs and for kept features, which other arithmetic must not go on with.
    let winograd = winograd == nil ? "" : " and Winograd"
    let functions = arithmetic == .plain ? "" : ", functions within 1e-4"
    let depthwise = arithmetic == .vectors ? ", depthwise" : ""
    return "\(base.library), bf16 by \(arithmetic)\(winograd), sums and attention rounded, gates"
      + functions + depthwise
  }
  package var ownLanes: Int32 { base.ownLanes }
  /// What does 3×3 convolutions by a quarter of the products in single precision, in less time than the dot
  /// products of AVX-512 take for all of them; not where tiles multiply, which are faster still.
  private let winograd: NativeKernels?
  private var workspace = Storage(count: 16)

  /// The kernels around others.
  ///
  /// - Precondition: the processor has what multiplies.
  package init(_ base: any Kernels, _ arithmetic: Arithmetic = .best) {
    precondition(
      arithmetic.rawValue <= Arithmetic.best.rawValue, "this processor has no \(arithmetic)")
    (self.base, self.arithmetic) = (base, arithmetic)
    name = "\(base.name), bf16"
    winograd = arithmetic == .vectors ? base as? NativeKernels : nil
  }

  /// What does a convolution of single precision sooner.
  private func winograd(_ shape: [Int], to out: Int, _ window: Window) -> NativeKernels? {
    guard window == Window(height: 3, width: 3, stride: 1, padding: 1),
      NativeKernels.prefersWinogradToBFloat16(shape, to: out)
    else { return nil }
    return winograd
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
    if let native = base as? NativeKernels, let block = native.block(&work, of: self, arithmetic) {
      return native.run(block, by: products)
    }
    guard work.window.groups == 1, work.window.isEven else { return base.run(work) }
    if let winograd = winograd(work.input.shape, to: work.weights.shape[0], work.window) {
      let activation = work.activation.take()
      let made = winograd.winograd(&work)
      return activation.map { made.activatedInPlace($0) } ?? made
    }
    let (addedHalves, input) = operands(of: &work)
    let (output, addend) = work.takeOutput()
    multiply(work, input, (addend, addedHalves), (output.writable, nil))
    return output
  }

  /// How the 1×1 convolutions of a mobile block are multiplied.
  ///
  /// What they read and add is rounded as one layer after the other would have it, so that the ways give the same bits.
  private var products: NativeKernels.BlockProducts {
    NativeKernels.BlockProducts(
      arithmetic: arithmetic, halves: { [self] in halves($0) },
      pack: { [self] in packed($0.weights, scale: $0.scale, transposed: false).storage })
  }

  /// What a convolution reads: bf16, or else numbers of single precision.
  private enum Input {
    case halves(Storage, gate: LazyGate?)
    case floats(KernelInput)
  }

  /// What a convolution adds, where that is bf16, and what it reads.
  ///
  /// What is added is made first, since it may be the input itself, which is then read as it is. As bf16 it is taken
  /// out of the work.
  private func operands(of work: inout LazyConvolution) -> (added: Storage?, input: Input) {
    var added: Storage?
    if let addend = work.addend {
      if !work.isRecorded { added = halves(addend) }
      if added == nil { addend.materialize() } else { work.addend = nil }
    }
    let gate = !work.isRecorded && work.window.isPlain ? work.input.lazyGate : nil
    if !work.isRecorded, let halves = halves(gate?.x ?? work.input) {
      gate?.gate.materialize()
      return (added, .halves(halves, gate: gate))
    }
    return (
      added,
      .floats(KernelInput(work.input, fusesNormalization: gate == nil, fusesGate: gate != nil))
    )
  }

  /// Makes numbers of single precision or of bf16.
  private func multiply(
    _ work: LazyConvolution, _ input: Input, _ added: (floats: Tensor?, halves: Storage?),
    _ result: (floats: WritableTensor?, halves: ReboundStorage<UInt16>?)
  ) {
    var geometry = work.window.geometry(work.input.shape, channels: work.weights.shape[0])
    let packed = packed(work.weights, scale: work.scale, transposed: false)
    let space = scratch(ez_bf16_workspace(&geometry))
    let (halves, source, gate): (ReboundStorage<UInt16>?, KernelInput?, LazyGate?) =
      switch input {
      case .halves(let halves, let gate): (halves.rebound(to: UInt16.self), nil, gate)
      case .floats(let source): (nil, source, source.gate)
      }
    withElements(
      source, halves, halves == nil ? nil : gate?.gate, packed, work.bias, added.floats,
      added.halves?.rebound(to: UInt16.self),
      space, result.floats, result.halves
    ) {
      source, halves, gates, packed, bias, added, addedHalves, space, floats, rounded in
      var epilogue = work.epilogue(bias, added)
      func multiply(_ source: UnsafePointer<ez_source>?) {
        ez_bf16_convolution(
          arithmetic.rawValue, &geometry, source, halves, packed, &epilogue, addedHalves, space,
          floats, rounded)
      }
      if let source {
        source.withRows(0) { multiply($0) }
      } else if let gates, let gate {
        var none = ez_part(values: gates, channels: 0)
        withUnsafePointer(to: &none) { none in
          var source = ez_source(
            parts: none, part_count: 0, scale: nil, shift: nil, gate: gates,
            gate_rows: gate.positions, rows: 0, places: nil)
          multiply(&source)
        }
      } else {
        multiply(nil)
      }
    }
    Profile.lap(
      "\(gate == nil ? "" : "gate and ")bf16\(work.words)", input: work.input.shape,
      channels: work.weights.shape[0], work.window)
  }

  /// What a convolution has made, or is to make now, for another that rounds it, or adds it to what it makes; nil
  /// for other tensors.
  private func halves(_ x: Tensor) -> Storage? {
    if x.content.halves == nil, makesHalves(x) { makeHalves(x, sums: nil) }
    return x.content.halves
  }

  /// Makes what a convolution is to make as bf16; of a depthwise one the sums of each line, too.
  private func makeHalves(_ x: Tensor, sums: Storage?) {
    Profile.lapBetween()
    x.content.makeHalves { work in
      if let native = base as? NativeKernels,
        let block = native.block(&work, of: self, arithmetic)
      {
        let result = Storage(count: (x.count + 1) / 2)
        native.run(block, by: products, rounded: result, sums: sums)
        return result
      }
      var (added, input) = operands(of: &work)
      // A result written over what is added saves a way to memory.
      let isAlone = isKnownUniquelyReferenced(&added)
      let result = (isAlone ? added : nil) ?? Storage(count: (x.count + 1) / 2)
      multiply(work, input, (work.addend, added), (nil, result.rebound(to: UInt16.self)))
      return result
    }
  }

  package func rowProduct(
    _ x: Tensor, _ weights: Tensor, _ side: ProductSide, bias: Tensor?
  ) -> Tensor? { base.rowProduct(x, weights, side, bias: bias) }

  package func attention(_ qkv: Tensor, _ shape: AttentionShape) -> Tensor? {
    let rounded = halves(qkv) ?? qkv.content.materialized().narrowed(count: qkv.count)
    let count = shape.batch * shape.time * shape.width
    let results = Storage(count: (count + 1) / 2)
    Profile.lapBetween()
    shape.withKernelShape { kernel in
      let space = Storage(count: (ez_bf16_attention_workspace(kernel) + 3) / 4)
      withElements(rounded.rebound(to: UInt16.self), space, results.rebound(to: UInt16.self)) {
        ez_bf16_attention(arithmetic.rawValue, kernel, $0, $1, $2)
      }
    }
    Profile.lap("bf16, attention")
    return Tensor(
      content: TensorContent(count: count, halves: results),
      shape: [shape.batch, shape.time, shape.width])
  }

  package func positionMeans(_ x: Tensor) -> Tensor? {
    // Nothing of the work is held here, so that what lies before it may join.
    guard makesHalves(x), let native = base as? NativeKernels,
      x.lazyConvolution.map({ native.rounds($0, arithmetic) }) == true
    else { return nil }
    let (batch, lines, channels) = (x.shape[0], x.shape[1], x.channels)
    let sums = Storage(count: batch * lines * channels)
    makeHalves(x, sums: sums)
    return Tensor([batch, channels], from: sums) { output, sums in
      ez_line_sums_mean(sums, batch, lines, lines * x.shape[2], channels, output)
    }
  }

  /// Whether a convolution of these kernels is to make a tensor, and may store it rounded.
  private func makesHalves(_ x: Tensor) -> Bool {
    guard x.node == nil, case .convolution(let work) = x.content.lazy else { return false }
    guard work.kernels === self, !work.isRecorded, work.node == nil else { return false }
    if let native = base as? NativeKernels, native.rounds(work, arithmetic) { return true }
    return work.window.groups == 1 && work.window.isEven
      && winograd(work.input.shape, to: work.weights.shape[0], work.window) == nil
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
    if let winograd = winograd(dy.shape, to: inputShape[3], window) {
      return winograd.rotatedWinograd(dy, weights, inputShape: inputShape)
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
          arithmetic.rawValue, &geometry, source, nil, packed, &epilogue, nil, space, dx, nil)
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
    if let gradient = winograd?.winogradWeightGradient(x, dy, weightShape: weightShape, window) {
      return (gradient, hasBias ? columnSums(dy) : nil)
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
  /// As many numbers of single precision, rounded to bf16.
  func narrowed(count: Int) -> Storage {
    let halves = Storage(count: (count + 1) / 2)
    withElements(self, halves.rebound(to: UInt16.self)) { ez_bf16_narrow($0, count, $1) }
    return halves
  }

  /// As many numbers of single precision, of a memory of bf16.
  func widened(count: Int) -> Storage {
    let wide = Storage(count: count)
    withElements(rebound(to: UInt16.self), wide) { ez_bf16_widen($0, count, $1) }
    return wide
  }
}
