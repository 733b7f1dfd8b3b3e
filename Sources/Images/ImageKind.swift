import Basics
import DICOM
import Foundation

/// The format of a file as its first bytes tell it; the file's name is not asked.
enum ImageKind: Equatable {
  case png
  case jpeg
  case dicom
  /// Something else, in words for an error message.
  case other(String)

  /// The kind that the signature of `bytes` states.
  init(of bytes: Data) {
    let head = [UInt8](bytes.prefix(512))
    func starts(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      head.count >= offset + signature.count
        && head[offset..<(offset + signature.count)].elementsEqual(signature)
    }
    func starts(_ text: String, at offset: Int = 0) -> Bool {
      starts([UInt8](text.utf8), at: offset)
    }
    if starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if starts([0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if starts([0x89, 0x50, 0x4e, 0x47]) || starts([0x50, 0x4e, 0x47, 0x0a]) {
      self = .other("a PNG whose line ends were changed (copied as text?)")
    } else if starts("DICM", at: 128) {
      // Before the others: anything may stand in a preamble.
      self = .dicom
    } else if starts("GIF8") {
      self = .other("GIF")
    } else if starts([0x49, 0x49, 0x2a, 0]) || starts([0x4d, 0x4d, 0, 0x2a])
      || starts([0x49, 0x49, 0x2b, 0]) || starts([0x4d, 0x4d, 0, 0x2b])
    {
      self = .other("TIFF")
    } else if starts("RIFF"), starts("WEBP", at: 8) {
      self = .other("WebP")
    } else if starts([0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20]) || starts([0xff, 0x4f, 0xff, 0x51]) {
      self = .other("JPEG 2000")
    } else if starts([0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20]) || starts([0xff, 0x0a]) {
      self = .other("JPEG XL")
    } else if starts("ftypheic", at: 4) || starts("ftypmif1", at: 4) {
      self = .other("HEIC")
    } else if starts("ftypavif", at: 4) {
      self = .other("AVIF")
    } else if starts([0x5c, 0x01, 0, 0], at: 0) && head.count >= 348 || starts("n+1", at: 344) {
      self = .other("NIfTI")
    } else if starts("%PDF") {
      self = .other("PDF")
    } else if starts([0x1f, 0x8b]) {
      self = .other("a gzip archive")
    } else if starts([0x50, 0x4b, 3, 4]) {
      self = .other("a zip archive")
    } else if starts([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]) {
      self = .other("a NumPy array")
    } else if starts("version https://git-lfs") {
      self = .other("a Git LFS pointer, not the file itself")
    } else if head.count >= 2, starts("P"), (0x31...0x37).contains(head[1]) {
      self = .other("PNM")
    } else if starts("BM") {
      self = .other("BMP")
    } else {
      self = DICOMSignature.holds(head) ? .dicom : ImageKind.unnamed(head)
    }
  }

  /// A kind without a signature: markup, other text, zeros, or the first bytes in hexadecimal.
  private static func unnamed(_ head: [UInt8]) -> ImageKind {
    if head.allSatisfy({ $0 == 0 }) { return .other("nothing but zero bytes") }
    let isText = head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (9...13).contains($0) }
    if isText {
      let text = String(decoding: head, as: UTF8.self).lowercased()
      if text.contains("<svg") { return .other("SVG") }
      if text.contains("<html") || text.contains("<!doctype html") {
        return .other("a web page (a download that failed?)")
      }
      return .other("text")
    }
    let bytes = head.prefix(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    return .other("an unknown format (it begins with the bytes \(bytes.joined(separator: " ")))")
  }
}
