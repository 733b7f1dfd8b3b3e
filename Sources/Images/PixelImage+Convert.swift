extension PixelImage {
  /// The values as fractions 0…1 of white, `[height, width, channels]`.
  package func floats() -> [Float] {
    let count = width * height * channels
    return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      write(into: buffer)
      filled = count
    }
  }

  /// Writes the values as fractions 0…1 of white to the start of a buffer.
  ///
  /// - Precondition: The buffer holds at least `height * width * channels` numbers.
  package func write(into buffer: UnsafeMutableBufferPointer<Float>) {
    precondition(
      buffer.count >= width * height * channels,
      "a buffer of \(buffer.count) for an image [\(height), \(width), \(channels)]")
    if depth == 16 {
      let white = Float(white)
      withSamples { source in
        for i in 0..<source.count { buffer[i] = min(1, Float(source[i]) / white) }
      }
      return
    }
    pixels.withUnsafeBufferPointer { source in
      for i in 0..<source.count { buffer[i] = Float(source[i]) / 255 }
    }
  }

  /// An image of fractions 0…1 (others are clamped, NaN is 0), rounded to 8 bits.
  package init(width: Int, height: Int, channels: Int, floats: [Float]) {
    self.init(
      width: width, height: height, channels: channels,
      pixels: floats.map { UInt8(max(0, min(1, $0.isNaN ? 0 : $0)) * 255 + 0.5) })
  }

  /// The image in 8 bits, white at 255, to be looked at.
  package var eightBit: PixelImage {
    guard depth == 16 else { return self }
    let white = UInt32(white)
    return PixelImage(
      width: width, height: height, channels: channels,
      pixels: withSamples { samples in
        samples.map { UInt8((min(UInt32($0), white) * 255 + white / 2) / white) }
      })
  }

  /// Whether any channel has two different values.
  package var hasContrast: Bool {
    let start = pixels.prefix(pixelBytes)
    return stride(from: 0, to: pixels.count, by: pixelBytes).contains { place in
      !pixels[place..<place + pixelBytes].elementsEqual(start)
    }
  }

  /// The image with 1 (grey) or 3 (RGB) channels; grey by Pillow's integer formula.
  package func converted(channels wanted: Int) -> PixelImage {
    precondition(wanted == 1 || wanted == 3, "\(wanted) channels; expected 1 or 3")
    if wanted == channels { return self }
    if depth == 16 {
      return withSamples { samples in
        PixelImage(
          width: width, height: height, channels: wanted,
          samples: PixelImage.converted(samples, to: wanted), white: white,
          hasKnownWhite: hasKnownWhite)
      }
    }
    return pixels.withUnsafeBufferPointer { samples in
      PixelImage(
        width: width, height: height, channels: wanted,
        pixels: PixelImage.converted(samples, to: wanted))
    }
  }

  private static func converted<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, to wanted: Int
  ) -> [Sample] {
    var result: [Sample] = []
    result.reserveCapacity(wanted == 3 ? samples.count * 3 : samples.count / 3)
    if wanted == 3 {
      for value in samples { for _ in 0..<3 { result.append(value) } }
    } else {
      for i in stride(from: 0, to: samples.count, by: 3) {
        let (red, green, blue) = (
          UInt32(samples[i]), UInt32(samples[i + 1]), UInt32(samples[i + 2])
        )
        result.append(Sample((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16))
      }
    }
    return result
  }
}
