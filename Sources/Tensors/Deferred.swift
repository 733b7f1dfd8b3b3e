import CKernels

/// Work of a pass without gradients of parameters that is put off until its result is read, so that
/// what follows can join it: a normalisation, ReLU or sum behind a convolution becomes part of it, and a
/// normalisation before a 1×1 convolution is computed while its input is read.
///
/// Encoders are written as ever; nothing changes but the time and the memory. How gradients with
/// respect to inputs go back through it: `Forward+Deferred.swift`.
enum Deferred {
  case normalization(DeferredNormalization)
  case convolution(DeferredConvolution)

  consuming func run() -> Tensor {
    Profile.lapBetween()
    switch consume self {
    case .normalization(let work):
      defer { Profile.lap("normalization") }
      return work.run()
    case .convolution(let work):
      let kernels = work.kernels
      return kernels.run(consume work)
    }
  }
}

/// max(0, x · scale + shift), channel by channel, of tensors side by side; without `relu`, unclipped.
struct DeferredNormalization {
  let parts: [Tensor]
  let affine: ChannelAffine
  let relu: Bool

  func run() -> Tensor {
    let total = affine.scale.count
    let output = Tensor(uninitialized: parts[0].shape.dropLast() + [total])
    var offset = 0
    for part in parts {
      ez_affine(
        part.floats, part.rows, part.channels, affine.scale.floats + offset,
        affine.shift.floats + offset, relu ? 1 : 0, output.floats + offset, total)
      offset += part.channels
    }
    return output
  }
}

/// A convolution and what has joined it.
package struct DeferredConvolution {
  let kernels: any Kernels
  let input: Tensor
  let weights: Tensor
  let window: Window
  /// Whether its pass is recorded, so that a sign that rounding moves matters.
  let isRecorded: Bool
  /// What each output channel's weights are multiplied by, `[out]`.
  var scale: Tensor?
  /// Added to each output channel, `[out]`.
  var bias: Tensor?
  /// Scale and bias before they were rounded, where a normalisation has joined.
  var exact: ChannelAffine.Exact?
  /// Added to the result, of its shape.
  var addend: Tensor?
  var relu = false
  /// Where the result is wanted, if that matters.
  var place: Storage?
  /// Where the gradient of what it is now arrives.
  var node: GradientNode?

  init(
    kernels: any Kernels, input: Tensor, weights: Tensor, window: Window, bias: Tensor?,
    isRecorded: Bool
  ) {
    (self.kernels, self.input, self.weights, self.window) = (kernels, input, weights, window)
    (self.bias, self.isRecorded) = (bias, isRecorded)
  }

  var shape: [Int] { window.outputShape(input.shape, channels: weights.shape[0]) }

  /// Memory for the result: where it is wanted; else what is added, where nobody else holds it, since a result
  /// written over it saves a way to memory; else new memory.
  ///
  /// Whoever reads the addend must have its address, and the input must have been made, which may read it.
  mutating func takeOutput() -> Tensor {
    if let place { return Tensor(storage: place, shape: shape) }
    guard var storage = addend?.storage else { return Tensor(uninitialized: shape) }
    addend = nil
    if Storage.isAlone(&storage) {
      storage.contentChanged()
      return Tensor(storage: storage, shape: shape)
    }
    addend = Tensor(storage: storage, shape: shape)
    return Tensor(uninitialized: shape)
  }

  /// Whether a sum may still join.
  var isLinear: Bool { addend == nil && !relu }

  /// The convolution with a normalisation behind it; nil where one has joined already, or a sum.
  func normalized(_ affine: ChannelAffine, relu: Bool) -> DeferredConvolution? {
    guard isLinear, scale == nil else { return nil }
    var joined = self
    joined.scale = affine.scale
    joined.bias = affine.shift
    joined.exact = affine.exact
    if let bias {
      let own = bias.values
      joined.bias = Tensor(
        zip(zip(own, affine.scale.values), affine.shift.values).map { $0.0 * $0.1 + $1 },
        shape: bias.shape)
      for c in own.indices {
        joined.exact?.shift[c] += Double(own[c]) * affine.exact.scale[c]
      }
    }
    joined.relu = relu
    return joined
  }
}

/// A normalisation by given statistics as one multiplication and one addition, each `[channels]`.
struct ChannelAffine {
  let scale: Tensor
  let shift: Tensor
  /// The same before it was rounded.
  let exact: Exact

  struct Exact {
    var scale: [Double]
    var shift: [Double]

    /// Both from a channel on, for kernels.
    func withPointers(
      from channel: Int, _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
    ) {
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in
          guard let scale = scale.baseAddress, let shift = shift.baseAddress else { return }
          body(scale + channel, shift + channel)
        }
      }
    }
  }
}

/// What the running statistics made of a normalisation, and of which contents.
struct KeptAffine {
  let affine: ChannelAffine
  let sources: [(storage: Storage, version: Int)]
}

/// Weights in the layout of one of our kernels, perhaps scaled.
struct PackedWeights {
  enum Kind: Hashable {
    case plain, pointwise, winograd, flippedWinograd, strided, bfloat16, turnedBFloat16
  }
  /// What they were multiplied by; kept alive, so that no other can come to have its address.
  let scale: Storage?
  let storage: Storage
}

extension Tensor {
  /// The convolution that is to make the content, if it is still to be done and gradients with respect
  /// to this tensor go to it, so that what follows may join it; nil of a reshaped one.
  var convolution: DeferredConvolution? {
    guard case .convolution(let work) = storage.deferred, work.node === node, work.shape == shape
    else { return nil }
    return work
  }

  /// The normalisation with ReLU that is to make the content, if it is still to be done, so that a
  /// reader may do it while reading; nil of a reshaped one.
  var normalization: DeferredNormalization? {
    guard case .normalization(let work) = storage.deferred, work.relu,
      channels == work.affine.scale.count
    else { return nil }
    return work
  }

  init(_ work: DeferredNormalization) {
    let shape = Array(work.parts[0].shape.dropLast()) + [work.affine.scale.count]
    self.init(
      storage: Storage(count: shape.reduce(1, *), deferred: .normalization(work)), shape: shape)
  }

  init(_ work: DeferredConvolution) {
    let shape = work.shape
    self.init(
      storage: Storage(count: shape.reduce(1, *), deferred: .convolution(work)), shape: shape)
  }

  /// Weights as one of our kernels wants them, made once for a content and a scale.
  func packed(
    _ kind: PackedWeights.Kind, scale: Tensor?, count: Int,
    _ pack: (UnsafeMutablePointer<Float>) -> Void
  ) -> Storage {
    if let kept = storage.packed[kind], kept.scale === scale?.storage { return kept.storage }
    let made = Storage(count: count)
    pack(made.floats)
    storage.packed[kind] = PackedWeights(scale: scale?.storage, storage: made)
    return made
  }
}

extension Kernels {
  /// A convolution and what has joined it, step by step.
  ///
  /// A recorded pass scales the result: its gradient wants the weights as they are, and one copy of them
  /// in a library's layout is enough.
  func runSteps(_ work: DeferredConvolution) -> Tensor {
    if work.isRecorded, let scale = work.scale, let bias = work.bias {
      let plain = convolution(work.input, work.weights, bias: nil, work.window)
      let output = Tensor(uninitialized: plain.shape)
      ez_affine(
        plain.floats, plain.rows, plain.channels, scale.floats, bias.floats,
        work.relu && work.addend == nil ? 1 : 0, output.floats, plain.channels)
      return work.addend == nil ? output : finish(output, work)
    }
    var weights = work.weights
    if let scale = work.scale {
      let storage = weights.packed(.plain, scale: scale, count: weights.count) { scaled in
        let width = weights.count / scale.count
        for row in 0..<scale.count {
          ez_scale(weights.floats + row * width, scale.floats[row], scaled + row * width, width)
        }
      }
      weights = Tensor(storage: storage, shape: weights.shape)
    }
    return finish(convolution(work.input, weights, bias: work.bias, work.window), work)
  }

  /// Adds what is to be added, in place, and clips.
  private func finish(_ output: Tensor, _ work: DeferredConvolution) -> Tensor {
    if let addend = work.addend {
      ez_add(output.floats, addend.floats, output.floats, output.count)
    }
    if work.relu { ez_relu(output.floats, output.floats, output.count) }
    if work.addend != nil || work.relu { output.storage.wide = nil }
    return output
  }
}
