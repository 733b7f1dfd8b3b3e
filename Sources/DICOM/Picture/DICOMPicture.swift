/// A frame of a DICOM file as a picture.
package struct DICOMPicture: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// Bits of a sample: 8, or 16 in two bytes, the lower first; all bits set is white.
  package let depth: Int
  /// `height * width * channels` samples.
  package let pixels: [UInt8]
  package let facts: DICOMFacts
}
