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
