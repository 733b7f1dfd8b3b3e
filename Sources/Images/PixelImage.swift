import Basics

/// An image of 8-bit pixels, row by row from the top, channels last: `[height, width, channels]`.
package struct PixelImage: Sendable, Equatable {
  /// The number of columns, at least 1.
  package let width: Int
  /// The number of rows, at least 1.
  package let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// The values 0…255, `height * width * channels` of them.
  package let pixels: [UInt8]

  /// An image of given pixels.
  ///
  /// - Precondition: 1 or 3 channels, and as many pixels as the sizes say.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3)
        && pixels.count == width * height * channels,
      "\(pixels.count) values can't be an image [\(height), \(width), \(channels)]")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }
}
