import CKernels

/// max(0, x · scale + shift), channel by channel, of tensors side by side; without `relu`, unclipped.
struct LazyNormalization {
  let parts: [Tensor]
  let affine: ChannelAffine
  let relu: Bool

  func run() -> Tensor {
    let total = affine.scale.count
    let shape = parts[0].shape.dropLast() + [total]
    return Tensor(Array(shape), from: parts, affine.scale, affine.shift) {
      output, values, scale, shift in
      var offset = 0
      for (part, values) in zip(parts, values) {
        ez_affine(
          values, part.rows, part.channels, scale + offset, shift + offset, relu ? 1 : 0,
          output + offset, total)
        offset += part.channels
      }
    }
  }
}
