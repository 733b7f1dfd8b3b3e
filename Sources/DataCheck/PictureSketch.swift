import Basics
import Images
import NearDuplicates

/// What is kept of a picture to judge it: sizes, brightness and a small grey copy.
package struct PictureSketch: Sendable, Equatable {
  /// Height and width of the small copy, in pixels.
  package static let side = 32
  /// Bins of the histogram, black first.
  package static let bins = 32

  package let width: Int
  package let height: Int
  /// Bits of a sample: 8 or 16.
  package let depth: Int
  /// Whether the picture has colours, not only three equal channels.
  package let hasColour: Bool
  /// Mean grey, 0 (black) to 1 (white).
  package let mean: Double
  /// Standard deviation of the greys, 0 to 0.5.
  package let deviation: Double
  /// The share of the area that lies in margins of one grey, 0 to 1.
  package let margin: Double
  /// The share of pixels in each bin of grey.
  package let histogram: [Float]
  /// The picture as `side` × `side` greys, stretched, row by row.
  package let small: [UInt8]
  /// What near-duplicates are found by.
  package let signature: PictureSignature

  /// Sketches a picture; `white` is the sample of 16 bits that stands for white.
  package init(_ image: PixelImage) {
    (width, height, depth) = (image.width, image.height, image.depth)
    // Colour is judged on a small copy: single pixels of noise are none.
    let preview = image.resized(
      width: min(128, image.width), height: min(128, image.height)
    ).eightBit
    hasColour = preview.channels == 3 && PictureSketch.hasColour(preview.pixels)
    let grey = preview.channels == 3 ? preview.converted(channels: 1) : preview
    var counts = [Int](repeating: 0, count: 256)
    for byte in grey.pixels { counts[Int(byte)] += 1 }
    let total = Double(grey.pixels.count)
    let sum = counts.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) }
    let average = sum / total
    let variance = counts.enumerated().reduce(0.0) {
      $0 + (Double($1.offset) - average) * (Double($1.offset) - average) * Double($1.element)
    }
    mean = average / 255
    deviation = (variance / total).squareRoot() / 255
    let bin = 256 / PictureSketch.bins
    histogram = (0..<PictureSketch.bins).map { index in
      Float(Double(counts[index * bin..<(index + 1) * bin].reduce(0, +)) / total)
    }
    // In a picture of little contrast less is a difference.
    margin = PictureSketch.margin(grey, tolerance: UInt8(max(1, min(6, 255 * deviation / 8))))
    small = grey.stretched(to: PictureSketch.side).pixels
    signature = PictureSignature(image)
  }

  private static func hasColour(_ pixels: [UInt8]) -> Bool {
    var coloured = 0
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let (red, green, blue) = (pixels[start], pixels[start + 1], pixels[start + 2])
      if max(red, green, blue) - min(red, green, blue) > 24 { coloured += 1 }
    }
    return coloured * 3 * 100 > pixels.count
  }

  /// The share of the area outside the smallest rectangle around everything that is not of the corner's grey.
  private static func margin(_ image: PixelImage, tolerance: UInt8) -> Double {
    let (width, height) = (image.width, image.height)
    func isFlat(_ values: some Sequence<UInt8>) -> Bool {
      var (least, largest) = (UInt8.max, UInt8.min)
      for value in values { (least, largest) = (min(least, value), max(largest, value)) }
      return largest - least <= tolerance
    }
    let rows = (0..<height).map { y in
      isFlat(image.pixels[y * width..<(y + 1) * width])
    }
    let columns = (0..<width).map { x in
      isFlat(stride(from: x, to: width * height, by: width).lazy.map { image.pixels[$0] })
    }
    guard let top = rows.firstIndex(of: false), let bottom = rows.lastIndex(of: false),
      let left = columns.firstIndex(of: false), let right = columns.lastIndex(of: false)
    else { return 1 }
    let kept = Double((bottom - top + 1) * (right - left + 1))
    return 1 - kept / Double(width * height)
  }
}
