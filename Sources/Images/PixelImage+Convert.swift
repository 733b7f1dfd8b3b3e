extension PixelImage {
  /// The values as fractions 0…1 of 255, `[height, width, channels]`.
  package func floats() -> [Float] {
    [Float](unsafeUninitializedCapacity: pixels.count) { buffer, filled in
      write(into: buffer)
      filled = pixels.count
    }
  }

  /// Writes the values as fractions 0…1 of 255 to the start of a buffer.
  ///
  /// - Precondition: The buffer holds at least `height * width * channels` numbers.
  package func write(into buffer: UnsafeMutableBufferPointer<Float>) {
    precondition(
      buffer.count >= pixels.count,
      "a buffer of \(buffer.count) for an image [\(height), \(width), \(channels)]")
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

  /// The image with 1 (grey) or 3 (RGB) channels; grey by Pillow's integer formula.
  package func converted(channels wanted: Int) -> PixelImage {
    precondition(wanted == 1 || wanted == 3, "\(wanted) channels; expected 1 or 3")
    if wanted == channels { return self }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * wanted)
    if wanted == 3 {
      for value in pixels { for _ in 0..<3 { result.append(value) } }
    } else {
      for i in stride(from: 0, to: pixels.count, by: 3) {
        let (red, green, blue) = (UInt32(pixels[i]), UInt32(pixels[i + 1]), UInt32(pixels[i + 2]))
        result.append(UInt8((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16))
      }
    }
    return PixelImage(width: width, height: height, channels: wanted, pixels: result)
  }
}
