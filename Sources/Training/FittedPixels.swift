/// What is fitted for a split: how samples become numbers, and what is taken from those.
package struct FittedPixels: Sendable, Equatable {
  /// The bits of pictures whose samples have 16: `2^bits − 1` is white; nil where nobody has said it and
  /// no picture of the training had them.
  package var bits: Int?
  /// Mean and standard deviation of the training subset's pixels (0…1), or what was given in their place;
  /// nil until fitted.
  package var normalization: PixelNormalization?

  /// Pixels (0…1) with the mean taken away, in units of the deviation.
  package func normalized(_ pixels: [Float]) -> [Float] {
    var output = pixels
    output.withUnsafeMutableBufferPointer { normalize($0) }
    return output
  }

  func normalize(_ pixels: UnsafeMutableBufferPointer<Float>) {
    guard let normalization else { return }
    let count = normalization.mean.count
    for channel in 0..<count {
      let (mean, factor) = (normalization.mean[channel], 1 / normalization.deviation[channel])
      for index in stride(from: channel, to: pixels.count, by: count) {
        pixels[index] = (pixels[index] - mean) * factor
      }
    }
  }
}
