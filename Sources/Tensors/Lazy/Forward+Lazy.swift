import CKernels

extension Forward {
  /// A convolution that is made when it is read; where a gradient will come back through its ReLU, at
  /// once, since nothing more can fuse with it and the signs are wanted.
  func lazy(_ work: LazyConvolution) -> Tensor {
    guard let tape, work.input.node != nil || work.addend?.node != nil else { return Tensor(work) }
    var work = work
    let node = GradientNode()
    work.node = node
    var output = Tensor(work)
    output.node = node
    let gradient = LazyConvolutionGradient(work, signs: work.relu ? Signs(of: output) : nil)
    tape.record(node, "convolution") { dy in gradient.run(dy) }
    return output
  }

  /// A normalisation that fuses with the convolution before it, or waits for one behind it.
  func lazy(_ parts: [Tensor], _ affine: ChannelAffine, relu: Bool, fuses: Bool) -> Tensor {
    if fuses, let fused = parts[0].lazyConvolution?.normalized(affine, relu: relu) {
      return lazy(fused)
    }
    let work = LazyNormalization(parts: parts, affine: affine, relu: relu)
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
  let bytes: ReboundStorage<UInt8>

  init(of y: Tensor) {
    bytes = Storage(count: (y.count + 3) / 4).rebound(to: UInt8.self)
    let count = y.count
    withElements(y, bytes) { y, signs in ez_signs(y, signs, count) }
  }
}

/// How the gradient goes back through a convolution and what has fused with it, to the images that it read
/// and to what was added.
///
/// Nothing that the pass computed is kept but the signs before the ReLU. A channel's scale is taken
/// into the gradient instead of into a second copy of the weights.
private struct LazyConvolutionGradient {
  private let kernels: any Kernels
  private let weights: Tensor
  private let window: Window
  private let scale: Tensor?
  private let signs: Signs?
  private let input: (node: GradientNode?, shape: [Int])
  private let addend: GradientNode?

  init(_ work: LazyConvolution, signs: Signs?) {
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
      linear: { dy in
        kernels.convolutionInputGradient(
          dy, weights, inputShape: [dy.shape[0]] + input.shape.dropFirst(), window)
      }, of: dy)
  }

  private func masked(_ dy: Tensor, _ signs: Signs?, _ scale: Tensor?) -> Tensor {
    let output = Tensor(dy.shape, from: dy, signs?.bytes, scale) { output, slopes, signs, scale in
      ez_signed_gradient(slopes, signs, scale, dy.rows, dy.channels, output)
    }
    Profile.lap("signs")
    return output
  }
}

extension LazyNormalization {
  /// Adds the gradient with respect to each part to its node.
  fileprivate func sendBack(_ dy: Tensor) {
    let total = affine.scale.count
    var offset = 0
    for part in parts {
      part.node?.accumulate(shape: part.shape) { dx, adds in
        if relu, let wide = part.content.cache.wide {
          affine.exact.withPointers(from: offset) { scale, shift in
            withElements(wide, dy) { wide, dy in
              ez_relu_input_gradient_double(
                wide, dy + offset, total, part.rows, part.channels, scale, shift, adds ? 1 : 0, dx)
            }
          }
        } else {
          withElements(part, dy, affine.scale, affine.shift) { x, dy, scale, shift in
            ez_affine_input_gradient(
              x, dy + offset, total, part.rows, part.channels, scale + offset, shift + offset,
              relu ? 1 : 0, adds ? 1 : 0, dx)
          }
        }
      }
      offset += part.channels
    }
  }
}
