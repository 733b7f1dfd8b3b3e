import Basics
import CImageCodecs

extension PixelImage {
  /// The image stretched to a size by antialiased bilinear resampling: Pillow's
  /// `Image.resize(size, BILINEAR)`, to the last bit with Pillow 11.
  ///
  /// Samples of 16 bits are resampled as they are, by the same sums: those of 0…255 give what the same
  /// samples of 8 bits give. The horizontal pass is the first. Pillow 13 exchanges the passes for some lopsided sizes, and
  /// then differs by one grey level at most.
  ///
  /// - Precondition: Both sizes are positive.
  package func resized(width newWidth: Int, height newHeight: Int) -> PixelImage {
    resized(width: newWidth, height: newHeight, cut: (newWidth, newHeight))
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
    cut.reserveCapacity(newWidth * newHeight * pixelBytes)
    for y in top..<(top + newHeight) {
      let start = (y * width + left) * pixelBytes
      cut += pixels[start..<(start + newWidth * pixelBytes)]
    }
    return with(width: newWidth, height: newHeight, pixels: cut)
  }

  /// The image at the centre of a square as wide as its longer side, the rest filled with the byte `value`.
  package func paddedToSquare(value: UInt8 = 0) -> PixelImage {
    let side = max(width, height)
    if width == height { return self }
    let (left, top) = PixelImage.padding(width, height)
    var padded = [UInt8](repeating: value, count: side * side * pixelBytes)
    for y in 0..<height {
      let from = y * width * pixelBytes
      let to = ((y + top) * side + left) * pixelBytes
      padded.replaceSubrange(
        to..<(to + width * pixelBytes), with: pixels[from..<(from + width * pixelBytes)])
    }
    return with(width: side, height: side, pixels: padded)
  }

  /// The image at the centre of a black square, that stretched to `size` × `size`: what
  /// `paddedToSquare().stretched(to: size)` gives, without the square, which may be a thousand times
  /// as large as the image.
  package func padded(to size: Int) -> PixelImage {
    let side = max(width, height)
    if width == height || side == size { return paddedToSquare().stretched(to: size) }
    return resized(
      width: size, height: size, cut: (size, size), on: side, at: PixelImage.padding(width, height))
  }

  /// Where an image lies on the square around it.
  private static func padding(_ width: Int, _ height: Int) -> (left: Int, top: Int) {
    let side = max(width, height)
    return ((side - width) / 2, (side - height) / 2)
  }

  /// An image of other sizes and pixels, of this one's kind.
  private func with(width: Int, height: Int, pixels: [UInt8]) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels, pixels: pixels, depth: depth, white: white,
      hasKnownWhite: hasKnownWhite)
  }

  /// Half a margin as Python's `round(margin / 2.0)` has it: ties to the even number.
  private static func margin(_ whole: Int) -> Int {
    Int((Double(whole) / 2).rounded(.toNearestOrEven))
  }

  /// A part of the image brought to a size; with `side` the image lies at a place on a black square.
  private func resized(
    width newWidth: Int, height newHeight: Int, left: Int = 0, top: Int = 0,
    cut: (width: Int, height: Int), on side: Int? = nil, at place: (left: Int, top: Int) = (0, 0)
  ) -> PixelImage {
    precondition(
      newWidth > 0 && newHeight > 0 && newWidth <= Int(Int32.max) && newHeight <= Int(Int32.max),
      "a size of \(newWidth) x \(newHeight)")
    if newWidth == width && newHeight == height && side == nil {
      return centreCropped(width: cut.width, height: cut.height)
    }
    var how = ZooResizing(
      width: Int32(width), height: Int32(height), channels: Int32(channels), depth: Int32(depth),
      fullWidth: Int32(side ?? width), fullHeight: Int32(side ?? height),
      padLeft: Int32(place.left), padTop: Int32(place.top), newWidth: Int32(newWidth),
      newHeight: Int32(newHeight), left: Int32(left), top: Int32(top),
      cropWidth: Int32(cut.width), cropHeight: Int32(cut.height))
    let count = cut.width * cut.height * pixelBytes
    let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let status = pixels.withUnsafeBufferPointer { source in
        zooResize(source.baseAddress, &how, buffer.baseAddress)
      }
      precondition(status == .zooCodecDone, "no memory for a resized image of \(count) bytes")
      filled = count
    }
    return with(width: cut.width, height: cut.height, pixels: result)
  }
}
