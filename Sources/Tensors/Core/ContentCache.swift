/// What has been computed from a tensor's content and is kept beside it until the content changes.
struct ContentCache {
  /// Per-channel mean and biased variance, kept because every layer of a dense block asks again.
  var moments: Moments?
  /// The same weights in the layouts that primitives want, by primitive.
  var reordered: [ObjectIdentifier: Reordered] = [:]
  /// The same weights as the native kernels want them.
  var packed: [PackedWeights.Kind: PackedWeights] = [:]
  /// Of a normalisation's scale: what running statistics make of it.
  var affine: KeptAffine?
  /// The content before it was rounded, where it was computed in double precision.
  var wide: WideStorage?
}

/// Weights in the layout of one primitive.
///
/// The owner is weak: a later primitive at the address of one that is gone must not find them.
struct Reordered {
  weak var owner: AnyObject?
  var storage: Storage
}

/// Mean and biased variance of each channel, and over how many rows.
struct Moments {
  var mean: [Double]
  var variance: [Double]
  var rows: Double
}

/// What the running statistics made of a normalisation, and of which contents.
struct KeptAffine {
  let affine: ChannelAffine
  let sources: [(content: TensorContent, version: Int)]
}

/// Weights in the layout of one of the native kernels, perhaps scaled.
struct PackedWeights {
  enum Kind: Hashable {
    case plain, pointwise, transposedPointwise, winograd, rotatedWinograd, strided, depthwise,
      scaledDepthwise, bfloat16Depthwise, bfloat16,
      transposedBFloat16
  }
  /// What they were multiplied by; kept alive, so that no other can come to have its address.
  let scale: TensorContent?
  /// Which of its contents that was: factors that learn keep their place.
  let version: Int
  let storage: Storage
}

extension Tensor {
  /// Weights as one of the native kernels wants them, made once for a content and a scale.
  func packed(
    _ kind: PackedWeights.Kind, scale: Tensor?, count: Int,
    _ pack: (
      _ weights: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?,
      _ packed: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> Storage {
    // What is lazy is made first: that is no other content.
    scale?.materialize()
    let version = scale?.content.version ?? 0
    if let kept = content.cache.packed[kind], kept.scale === scale?.content,
      kept.version == version
    {
      return kept.storage
    }
    let made = Storage(count: count)
    withElements(self, scale, made, body: pack)
    content.cache.packed[kind] = PackedWeights(
      scale: scale?.content, version: version, storage: made)
    return made
  }
}
