import Basics
import CImageCodecs
import Foundation

extension PixelImage {
  /// The image as the bytes of a PNG file of 8 or 16 bits; the same pixels give the same bytes.
  ///
  /// - Throws: `ZooError` when the image is over 65500 pixels a side or 2^28 in all.
  package func encodedPNG() throws -> Data {
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(zooCodecMessageSize))
    let status = pixels.withUnsafeBufferPointer { bytes in
      zooEncodePNG(
        bytes.baseAddress, Int32(clamping: width), Int32(clamping: height), Int32(channels),
        Int32(depth), &encoded, &count, &message)
    }
    guard status == .zooCodecDone, let encoded else {
      let reason = message.withUnsafeBytes { PixelImage.text($0) }
      throw ZooError(.unsupported, "the image can't be written as PNG: \(reason)")
    }
    defer { zooCodecFree(encoded) }
    return Data(bytes: encoded, count: count)
  }

  /// Writes the image as PNG, whole or not at all.
  ///
  /// - Throws: `ZooError` that names the path.
  package func savePNG(path: String) throws {
    let data: Data
    do { data = try encodedPNG() } catch let error as ZooError {
      throw ZooError(error.code, error.message, at: Place(path: path))
    }
    try AtomicFile.write(data, to: path)
  }
}
