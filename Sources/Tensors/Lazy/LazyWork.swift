/// A step of a pass without gradients of parameters that is done when its result is read, so that what follows
/// can fuse with it: a normalisation, ReLU or sum behind a convolution becomes part of it, and a normalisation
/// or gate before a 1×1 convolution is computed while its input is read.
///
/// Encoders are written as ever; nothing changes but the time and the memory. How gradients with respect to
/// inputs go back through it: `Forward+Lazy.swift`. Where it is done: `TensorContent.materialized()`.
enum LazyWork {
  case normalization(LazyNormalization)
  case convolution(LazyConvolution)
  case gate(LazyGate)

  /// Does it; the time is its own, not that of the operation that reads the result.
  consuming func run() -> Tensor {
    Profile.lapBetween()
    switch consume self {
    case .normalization(let work):
      defer { Profile.lap("normalization") }
      return work.run()
    case .convolution(let work):
      // What the kernels have not booked themselves.
      defer { Profile.lapBetween() }
      let kernels = work.kernels
      return kernels.run(consume work)
    case .gate(let work):
      defer { Profile.lap("gate") }
      return work.run()
    }
  }
}

extension Tensor {
  /// The convolution that is to make the content, if it is still to be done and gradients with respect to this
  /// tensor go to it, so that what follows may fuse with it; nil of a reshaped one.
  var lazyConvolution: LazyConvolution? {
    guard case .convolution(let work) = content.lazy, work.node === node, work.shape == shape
    else { return nil }
    return work
  }

  /// The same, also where its places have been arranged otherwise and no gradient is wanted, for what concerns each
  /// element or channel alone.
  var fusableConvolution: LazyConvolution? {
    if let work = lazyConvolution { return work }
    guard node == nil, case .convolution(let work) = content.lazy, work.node == nil,
      work.shape.last == channels
    else { return nil }
    return work
  }

  /// The result of what has fused, arranged as this tensor.
  func fused(_ work: Tensor) -> Tensor {
    guard work.shape != shape else { return work }
    return Tensor(content: work.content, shape: shape)
  }

  /// The normalisation with ReLU that is to make the content, if it is still to be done, so that a reader may
  /// do it while reading; nil of a reshaped one.
  var lazyNormalization: LazyNormalization? {
    guard case .normalization(let work) = content.lazy, work.relu,
      channels == work.affine.scale.count
    else { return nil }
    return work
  }

  /// The gate that is to make the content, if it is still to be done, so that a reader may do it while reading; nil of
  /// a reshaped one.
  var lazyGate: LazyGate? {
    guard case .gate(let work) = content.lazy, work.x.shape == shape else { return nil }
    return work
  }

  init(_ work: LazyGate) {
    self.init(content: TensorContent(count: work.x.count, lazy: .gate(work)), shape: work.x.shape)
  }

  init(_ work: LazyNormalization) {
    let shape = Array(work.parts[0].shape.dropLast()) + [work.affine.scale.count]
    let content = TensorContent(count: shape.reduce(1, *), lazy: .normalization(work))
    self.init(content: content, shape: shape)
  }

  init(_ work: LazyConvolution) {
    let shape = work.shape
    let content = TensorContent(count: shape.reduce(1, *), lazy: .convolution(work))
    self.init(content: content, shape: shape)
  }
}
