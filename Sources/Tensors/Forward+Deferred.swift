import CKernels

extension Forward {
  /// A convolution that is made when it is read; where a gradient will come back through its ReLU, at
  /// once, since nothing more can join it and the signs are wanted.
  func putOff(_ work: DeferredConvolution) -> Tensor {
    guard let tape, work.input.node != nil || work.addend?.node != nil else { return Tensor(work) }
    var work = work
    let node = GradientNode()
    work.node = node
    var output = Tensor(work)
    output.node = node
    let gradient = DeferredConvolutionGradient(work, signs: work.relu ? Signs(of: output) : nil)
    tape.record(node, "convolution") { dy in gradient.run(dy) }
    return output
  }

  /// A normalisation that joins the convolution before it, or waits for one behind it.
  func putOff(_ parts: [Tensor], _ affine: ChannelAffine, relu: Bool, joins: Bool) -> Tensor {
    if joins, let joined = parts[0].convolution?.normalized(affine, relu: relu) {
      return putOff(joined)
    }
    let work = DeferredNormalization(parts: parts, affine: affine, relu: relu)
    var output = Tensor(work)
    if let tape, parts.contains(where: { $0.node != nil }) {
      let node = GradientNode()
      output.node = node
      tape.record(node, "normalized") { dy in work.sendBack(dy) }
    }
    return output
  }
}

/// Which elements of a ReLU's result are above zero, a byte each: all that its gradient needs.
private struct Signs {
  private let storage: Storage
  let bytes: UnsafeMutablePointer<UInt8>

  init(of y: Tensor) {
    storage = Storage(count: (y.count + 3) / 4)
    bytes = storage.bytes.assumingMemoryBound(to: UInt8.self)
    ez_signs(y.floats, bytes, y.count)
  }
}

/// How the gradient goes back through a convolution and what has joined it, to the images that it read
/// and to what was added.
///
/// Nothing that the pass computed is kept but the signs before the ReLU. A channel's scale is taken
/// into the gradient instead of into a second copy of the weights.
private struct DeferredConvolutionGradient {
  private let kernels: any Kernels
  private let weights: Tensor
  private let window: Window
  private let scale: Tensor?
  private let signs: Signs?
  private let input: (node: GradientNode?, shape: [Int])
  private let addend: GradientNode?

  init(_ work: DeferredConvolution, signs: Signs?) {
    (kernels, weights, window, scale) = (work.kernels, work.weights, work.window, work.scale)
    (input, addend) = ((work.input.node, work.input.shape), work.addend?.node)
    self.signs = signs
  }

  func run(_ dy: Tensor) {
    var dy = dy
    if addend != nil, signs != nil { dy = masked(dy, signs, nil) }
    addend?.accumulate(dy)
    guard let node = input.node else { return }
    let rest = addend == nil ? signs : nil
    if rest != nil || scale != nil { dy = masked(dy, rest, scale) }
    node.accumulate(
      kernels.convolutionInputGradient(dy, weights, inputShape: input.shape, window))
  }

  private func masked(_ dy: Tensor, _ signs: Signs?, _ scale: Tensor?) -> Tensor {
    let output = Tensor(uninitialized: dy.shape)
    ez_signed_gradient(
      dy.floats, signs?.bytes, scale?.floats, dy.rows, dy.channels, output.floats)
    Profile.lap("signs")
    return output
  }
}

extension DeferredNormalization {
  /// Adds the gradient with respect to each part to its node.
  fileprivate func sendBack(_ dy: Tensor) {
    let total = affine.scale.count
    var offset = 0
    for part in parts {
      part.node?.accumulate(shape: part.shape) { dx, adds in
        if relu, let wide = part.storage.wide {
          affine.exact.withPointers(from: offset) { scale, shift in
            ez_relu_input_gradient_double(
              wide.doubles, dy.floats + offset, total, part.rows, part.channels, scale, shift,
              adds ? 1 : 0, dx)
          }
        } else {
          ez_affine_input_gradient(
            part.floats, dy.floats + offset, total, part.rows, part.channels,
            affine.scale.floats + offset, affine.shift.floats + offset, relu ? 1 : 0, adds ? 1 : 0,
            dx)
        }
      }
      offset += part.channels
    }
  }
}
