import CImageCodecs
import DICOM

/// What a picture's file is like, as far as a person should hear of it.
package struct PictureFacts: Sendable, Equatable, Codable {
  /// Bits of a sample: 8 or 16.
  package let depth: Int
  /// Significant bits of a sample by the file's own word (sBIT).
  package let statedBits: Int?
  /// The smallest sample.
  package let least: Int
  package let largest: Int
  /// The largest range of samples within one channel.
  package let contrast: Int
  /// The share of pixels whose alpha is below a half.
  package let transparency: Double
  /// The file's gamma (gAMA), as the exponent that the samples were made with.
  package let gamma: Double?
  /// Whether the file is an animation.
  package let isAnimated: Bool
  /// Whether it has EXIF data in a form that is not read, which may hold an orientation.
  package let hasUnreadEXIF: Bool
  /// What became of a DICOM file's values; nil for other files.
  package let dicom: DICOMFacts?

  init(_ image: ZooCodecImage) {
    depth = Int(image.depth)
    statedBits = image.statedBits > 0 ? Int(image.statedBits) : nil
    (least, largest, contrast) = (Int(image.least), Int(image.largest), Int(image.contrast))
    transparency = Double(image.transparent) / (Double(image.width) * Double(image.height))
    gamma = image.gamma > 0 ? Double(image.gamma) / 100_000 : nil
    isAnimated = image.frames > 1
    hasUnreadEXIF = image.unreadEXIF != 0
    dicom = nil
  }

  /// Of a DICOM file's picture, of which 255 or 65535 is white.
  init(_ image: PixelImage, _ picture: DICOMPicture) {
    depth = image.depth
    (least, largest, contrast) = image.extent
    (statedBits, transparency, gamma) = (nil, 0, nil)
    (isAnimated, hasUnreadEXIF) = (false, false)
    dicom = picture.facts
  }

  /// A picture on which nothing is to be seen.
  package enum Blank: Sendable, CaseIterable {
    /// Nothing is above 1/255 of white: the last grey level of 8 bits.
    case black
    /// Nothing is below white.
    case white
    /// No channel ranges over as much as 1/255 of white.
    case constant
  }

  /// Whether nothing is to be seen; `white` is the white of samples of 16 bits.
  package func blank(white: Int) -> Blank? {
    let white = depth == 8 ? 255 : dicom == nil ? white : 65535
    if largest * 255 <= white { return .black }
    if least >= white { return .white }
    return contrast * 255 < white ? .constant : nil
  }
}
