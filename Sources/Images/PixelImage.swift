import Basics

/// An image, row by row from the top, channels last: `[height, width, channels]`.
///
/// Samples have 8 bits, or 16 where their file had them: then they stay as they are in the file, and
/// `white` tells what they mean.
package struct PixelImage: Sendable, Equatable {
  /// The number of columns, at least 1.
  package let width: Int
  /// The number of rows, at least 1.
  package let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// Bits of a sample as it is stored: 8 or 16.
  package let depth: Int
  /// The sample that stands for white: 255, or up to 65535 of 16 bits.
  ///
  /// Larger ones are white, too.
  package let white: Int
  /// Whether white is known for sure, as after a DICOM file's window, so that no rule over all pictures
  /// changes it.
  package let hasKnownWhite: Bool
  /// The samples, `height * width * channels` of them: a byte each, or two, the lower first.
  package let pixels: [UInt8]

  /// An image of given pixels; of 16 bits 65535 is white where nothing else is given.
  ///
  /// - Precondition: 1 or 3 channels, and as many pixels as the sizes say.
  package init(
    width: Int, height: Int, channels: Int, pixels: [UInt8], depth: Int = 8, white: Int? = nil,
    hasKnownWhite: Bool = false
  ) {
    let white = white ?? (1 << depth - 1)
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3)
        && (depth == 8 && white == 255 || depth == 16 && (1...65535).contains(white))
        && pixels.count == width * height * channels * depth / 8,
      "\(pixels.count) bytes can't be an image [\(height), \(width), \(channels)] of \(depth) bits")
    self.width = width
    self.height = height
    self.channels = channels
    self.depth = depth
    self.white = white
    self.hasKnownWhite = hasKnownWhite
    self.pixels = pixels
  }

  /// An image of 16-bit samples.
  package init(
    width: Int, height: Int, channels: Int, samples: [UInt16], white: Int = 65535,
    hasKnownWhite: Bool = false
  ) {
    self.init(
      width: width, height: height, channels: channels,
      pixels: samples.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, depth: 16, white: white,
      hasKnownWhite: hasKnownWhite)
  }

  /// The same samples, of which another is white; an image of 8 bits, or whose white is known, stays as
  /// it is.
  package func scaled(white: Int) -> PixelImage {
    depth == 8 || hasKnownWhite
      ? self
      : PixelImage(
        width: width, height: height, channels: channels, pixels: pixels, depth: depth,
        white: white)
  }

  /// Samples a pixel and bytes a sample, as the bytes of a pixel.
  var pixelBytes: Int { channels * depth / 8 }

  /// Hands over the samples of an image of 16 bits.
  func withSamples<Result>(_ body: (UnsafeBufferPointer<UInt16>) throws -> Result) rethrows
    -> Result
  {
    precondition(depth == 16, "an image of \(depth) bits")
    // An array's first element lies at a multiple of 16 bytes.
    return try pixels.withUnsafeBytes { try body($0.bindMemory(to: UInt16.self)) }
  }
}
