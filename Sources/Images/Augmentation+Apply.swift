import Basics
import Foundation

extension Augmentation {
  /// The image changed by one draw from `random`; the same stream gives the same image.
  ///
  /// One affine map (rotation, scale, shift and mirroring about the centre, then the stretch to the
  /// output size) is sampled bilinearly, the edge pixels repeated outside. Then
  /// `v^gamma`, contrast about the mean, brightness, clamping, and the covered rectangle. Sampling
  /// is not antialiased: bring a much larger image near the output size first.
  ///
  /// - Parameters:
  ///   - image: `[height, width, channels]`, values 0…1.
  ///   - width: Columns of `image`.
  ///   - height: Rows of `image`.
  ///   - channels: Channels of `image`, last.
  ///   - outputWidth: Columns of the result, any.
  ///   - outputHeight: Rows of the result, any.
  ///   - random: The stream to draw from; it moves by the same amount whatever parts are on.
  /// - Returns: `[outputHeight, outputWidth, channels]`, values 0…1.
  package func apply(
    to image: [Float], width: Int, height: Int, channels: Int, outputWidth: Int, outputHeight: Int,
    random: inout RandomStream
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: outputWidth * outputHeight * channels) { result, count in
      image.withUnsafeBufferPointer {
        apply(
          to: $0, width: width, height: height, channels: channels, into: result,
          outputWidth: outputWidth, outputHeight: outputHeight, random: &random)
      }
      count = outputWidth * outputHeight * channels
    }
  }

  /// As ``apply(to:width:height:channels:outputWidth:outputHeight:random:)``, from a buffer and
  /// into the start of another, such as an image's place in a batch.
  package func apply(
    to image: UnsafeBufferPointer<Float>, width: Int, height: Int, channels: Int,
    into result: UnsafeMutableBufferPointer<Float>, outputWidth: Int, outputHeight: Int,
    random: inout RandomStream
  ) {
    precondition(
      width > 0 && height > 0 && channels > 0 && image.count == width * height * channels,
      "\(image.count) values can't be an image [\(height), \(width), \(channels)]")
    precondition(
      outputWidth > 0 && outputHeight > 0
        && result.count >= outputWidth * outputHeight * channels,
      "\(result.count) values for an image [\(outputHeight), \(outputWidth), \(channels)]")
    let draw = draw(&random)
    let pixels = UnsafeMutableBufferPointer(
      rebasing: result[..<(outputWidth * outputHeight * channels)])
    let map = AffineMap(
      undoing: draw, from: (width, height), to: (outputWidth, outputHeight))
    if channels == 1 {
      map.sampleGrey(
        image, width: width, height: height, into: pixels, outputWidth: outputWidth,
        outputHeight: outputHeight)
    } else {
      map.sample(
        image, width: width, height: height, channels: channels, into: pixels,
        outputWidth: outputWidth, outputHeight: outputHeight)
    }
    changeTones(of: pixels, draw)
    if let erased = draw.erased {
      let mean = Augmentation.mean(pixels)
      let left = Int(erased.left * Double(outputWidth))
      let top = Int(erased.top * Double(outputHeight))
      let right = min(outputWidth, left + Int((erased.width * Double(outputWidth)).rounded()))
      let bottom = min(outputHeight, top + Int((erased.height * Double(outputHeight)).rounded()))
      for y in top..<max(top, bottom) {
        for i in (y * outputWidth + left) * channels..<(y * outputWidth + max(left, right))
          * channels
        { pixels[i] = mean }
      }
    }
  }

  private func changeTones(
    of pixels: UnsafeMutableBufferPointer<Float>, _ draw: AugmentationDraw
  ) {
    if draw.gamma != 1 {
      let exponent = Float(draw.gamma)
      for i in 0..<pixels.count { pixels[i] = powf(max(0, pixels[i]), exponent) }
    }
    if draw.contrast != 1 || draw.brightness != 0 {
      let factor = Float(draw.contrast)
      let offset = Float(draw.brightness) + Augmentation.mean(pixels) * (1 - factor)
      for i in 0..<pixels.count { pixels[i] = pixels[i] * factor + offset }
    }
    for i in 0..<pixels.count { pixels[i] = max(0, min(1, pixels[i])) }
  }

  private static func mean(_ pixels: UnsafeMutableBufferPointer<Float>) -> Float {
    // Eight sums beside each other: quicker than one, and as exact.
    var sums = SIMD8<Float>.zero
    let whole = pixels.count / 8 * 8
    for i in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += pixels[i + lane] }
    }
    var sum = sums.sum()
    for i in whole..<pixels.count { sum += pixels[i] }
    return sum / Float(pixels.count)
  }
}
