import Basics
import CImageCodecs

extension PixelImage {
  /// The image stretched to a size by antialiased bilinear resampling: Pillow's
  /// `Image.resize(size, BILINEAR)`, to the last bit with Pillow 11.
  ///
  /// The horizontal pass is the first. Pillow 13 exchanges the passes for some lopsided sizes, and
  /// then differs by one grey level at most.
  ///
  /// - Precondition: Both sizes are positive.
  package func resized(width newWidth: Int, height newHeight: Int) -> PixelImage {
    resized(width: newWidth, height: newHeight, left: 0, top: 0, cut: (newWidth, newHeight))
  }

  /// The image stretched to `size` × `size`, its proportions given up.
  package func stretched(to size: Int) -> PixelImage { resized(width: size, height: size) }

  /// The image scaled until its shorter side is `shorterSide`, and `crop` × `crop` cut from its
  /// centre: torchvision's `Resize` then `CenterCrop`, pixel for pixel.
  ///
  /// Only the part that is kept is computed.
  ///
  /// - Parameters:
  ///   - shorterSide: The length of the shorter side before cutting.
  ///   - crop: The side of the square cut out, at most `shorterSide`; nil for `shorterSide`.
  /// - Returns: `[crop, crop, channels]`.
  package func resized(shorterSide: Int, crop: Int? = nil) -> PixelImage {
    let crop = crop ?? shorterSide
    precondition(
      crop > 0 && crop <= shorterSide, "a crop of \(crop) from a shorter side of \(shorterSide)")
    let shorter = min(width, height)
    let newWidth = shorterSide * width / shorter
    let newHeight = shorterSide * height / shorter
    return resized(
      width: newWidth, height: newHeight, left: PixelImage.margin(newWidth - crop),
      top: PixelImage.margin(newHeight - crop), cut: (crop, crop))
  }

  /// The `width` × `height` pixels at the centre.
  ///
  /// An odd margin is halved to the nearest even number, as torchvision's `CenterCrop` does.
  ///
  /// - Precondition: The part is not larger than the image.
  package func centreCropped(width newWidth: Int, height newHeight: Int) -> PixelImage {
    precondition(
      newWidth > 0 && newHeight > 0 && newWidth <= width && newHeight <= height,
      "a crop of \(newWidth) x \(newHeight) from \(width) x \(height)")
    let left = PixelImage.margin(width - newWidth)
    let top = PixelImage.margin(height - newHeight)
    var cut: [UInt8] = []
    cut.reserveCapacity(newWidth * newHeight * channels)
    for y in top..<(top + newHeight) {
      let start = (y * width + left) * channels
      cut += pixels[start..<(start + newWidth * channels)]
    }
    return PixelImage(width: newWidth, height: newHeight, channels: channels, pixels: cut)
  }

  /// The largest square at the centre.
  package func centreSquare() -> PixelImage {
    centreCropped(width: min(width, height), height: min(width, height))
  }

  /// The image at the centre of a square as wide as its longer side, the rest filled with `value`.
  package func paddedToSquare(value: UInt8 = 0) -> PixelImage {
    let side = max(width, height)
    if width == height { return self }
    let left = (side - width) / 2
    let top = (side - height) / 2
    var padded = [UInt8](repeating: value, count: side * side * channels)
    for y in 0..<height {
      let from = y * width * channels
      let to = ((y + top) * side + left) * channels
      padded.replaceSubrange(
        to..<(to + width * channels), with: pixels[from..<(from + width * channels)])
    }
    return PixelImage(width: side, height: side, channels: channels, pixels: padded)
  }

  /// Half a margin as Python's `round(margin / 2.0)` has it: ties to the even number.
  private static func margin(_ whole: Int) -> Int {
    Int((Double(whole) / 2).rounded(.toNearestOrEven))
  }

  private func resized(
    width newWidth: Int, height newHeight: Int, left: Int, top: Int, cut: (width: Int, height: Int)
  ) -> PixelImage {
    precondition(
      newWidth > 0 && newHeight > 0 && newWidth <= Int(Int32.max) && newHeight <= Int(Int32.max),
      "a size of \(newWidth) x \(newHeight)")
    if newWidth == width && newHeight == height {
      return centreCropped(width: cut.width, height: cut.height)
    }
    let count = cut.width * cut.height * channels
    let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let status = pixels.withUnsafeBufferPointer { source in
        zooResize(
          source.baseAddress, Int32(width), Int32(height), Int32(channels), Int32(newWidth),
          Int32(newHeight), Int32(left), Int32(top), Int32(cut.width), Int32(cut.height),
          buffer.baseAddress)
      }
      precondition(status == .zooCodecDone, "no memory for a resized image of \(count) bytes")
      filled = count
    }
    return PixelImage(width: cut.width, height: cut.height, channels: channels, pixels: result)
  }
}
