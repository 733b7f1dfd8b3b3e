import Basics
import CImageCodecs
import DICOM
import Foundation

extension PixelImage {
  /// Reads a PNG, JPEG or DICOM file of any ordinary kind as grey or RGB.
  ///
  /// The kind is told by the file's first bytes, not by its name. Greys of 1, 2 and 4 bits are
  /// stretched to 0…255; samples of 16 bits stay as they are. Palettes become colours. Transparency
  /// is dropped, not blended, as Pillow's `convert("RGB")` does. CMYK becomes RGB. The image is turned
  /// upright by its EXIF orientation. Colour becomes grey by Pillow's integer formula
  /// `(19595 R + 38470 G + 7471 B + 32768) >> 16`; gamma and colour profiles are not applied.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - channels: 1 for grey, 3 for RGB, nil for what the file holds.
  ///   - dicom: Which values of a DICOM file become black to white, and which of its frames is read.
  /// - Returns: The image, `[height, width, channels]`.
  /// - Throws: `ZooError` that names the file and what is wrong with it: missing, empty, of another
  ///   format (and which it looks like), truncated, damaged, zero size, or too large (over 65500
  ///   pixels a side or 2^28 in all).
  package static func load(
    path: String, channels: Int? = nil, dicom: DICOMReading = DICOMReading()
  ) throws -> PixelImage {
    try read(path: path, channels: channels, dicom: dicom).image
  }

  /// Reads a file, and what is known of it; see ``load(path:channels:dicom:)``.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func read(
    path: String, channels: Int? = nil, dicom: DICOMReading = DICOMReading()
  ) throws -> (image: PixelImage, facts: PictureFacts) {
    // One look at the file: DICOM is read by another program, anything else here.
    let data = try readFile(path, head: DICOMSignature.length) { ImageKind(of: $0) == .dicom }
    if let data { return try read(data, channels: channels, path: path) }
    let picture = try DICOMFile.picture(path: path, dicom)
    let image = PixelImage(
      width: picture.width, height: picture.height, channels: picture.channels,
      pixels: picture.pixels, depth: picture.depth, hasKnownWhite: picture.depth == 16)
    return (channels.map { image.converted(channels: $0) } ?? image, PictureFacts(image, picture))
  }

  /// Decodes the bytes of a PNG or JPEG file; see ``load(path:channels:dicom:)``.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - channels: 1 for grey, 3 for RGB, nil for what the file holds.
  ///   - path: What errors call the file.
  /// - Returns: The image, `[height, width, channels]`.
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func decode(
    _ data: Data, channels: Int? = nil, path: String? = nil
  ) throws -> PixelImage {
    try read(data, channels: channels, path: path).image
  }

  /// Decodes the bytes of a file, and tells what is known of it; see ``decode(_:channels:path:)``.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func read(
    _ data: Data, channels: Int? = nil, path: String? = nil
  ) throws -> (image: PixelImage, facts: PictureFacts) {
    precondition(
      channels == nil || channels == 1 || channels == 3,
      "\(channels ?? 0) channels; expected 1, 3 or nil")
    let place = Place(path: path)
    let expected = "expected a PNG, JPEG or DICOM image"
    guard !data.isEmpty else { throw ZooError(.badFormat, "is empty; \(expected)", at: place) }
    let decoder:
      (UnsafePointer<UInt8>?, Int, Int32, UnsafeMutablePointer<ZooCodecImage>?)
        -> ZooCodecStatus
    let format: String
    switch ImageKind(of: data) {
    case .png: (decoder, format) = (zooDecodePNG, "PNG")
    case .jpeg: (decoder, format) = (zooDecodeJPEG, "JPEG")
    case .dicom:
      throw ZooError(
        .unsupported, "is DICOM, which is read from a file, not from bytes in memory", at: place)
    case .other(let look):
      throw ZooError(
        .badFormat, "is no PNG, JPEG or DICOM; it looks like \(look); \(expected)", at: place,
        advice: "convert it to PNG, or leave it out of the table")
    }
    var image = ZooCodecImage()
    let status = data.withUnsafeBytes { bytes in
      decoder(
        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, Int32(channels ?? 0), &image)
    }
    guard status == .zooCodecDone, let pixels = image.pixels else {
      throw failure(status, of: format, message: message(of: &image), at: place)
    }
    defer { zooCodecFree(pixels) }
    let (width, height, depth) = (Int(image.width), Int(image.height), Int(image.depth))
    let count = width * height * Int(image.channels) * depth / 8
    return (
      PixelImage(
        width: width, height: height, channels: Int(image.channels),
        pixels: Array(UnsafeBufferPointer(start: pixels, count: count)), depth: depth),
      PictureFacts(image)
    )
  }

  private static func message(of image: inout ZooCodecImage) -> String {
    withUnsafeBytes(of: &image.message) { text($0) }
  }

  /// The text of a C buffer up to its zero.
  static func text(_ buffer: UnsafeRawBufferPointer) -> String {
    String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func failure(
    _ status: ZooCodecStatus, of format: String, message: String, at place: Place
  ) -> ZooError {
    switch status {
    case .zooCodecTruncated:
      ZooError(
        .badFormat, "the \(format) is truncated: \(message)", at: place,
        advice: "copy or download the file again")
    case .zooCodecZeroSize:
      ZooError(.badFormat, "the \(format) has no pixels: \(message)", at: place)
    case .zooCodecTooLarge:
      ZooError(.unsupported, "the \(format) is too large: \(message)", at: place)
    case .zooCodecUnsupported:
      ZooError(
        .unsupported, "this kind of \(format) is not read: \(message)", at: place,
        advice: "convert it to PNG")
    case .zooCodecNoMemory:
      ZooError(.system, "not enough memory for the \(format)", at: place)
    case .zooCodecDone, .zooCodecDamaged:
      ZooError(
        .badFormat, "the \(format) is damaged: \(message)", at: place,
        advice: "copy or download the file again")
    }
  }
}
