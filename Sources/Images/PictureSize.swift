import Basics
import DICOM
import Foundation

/// The sides of a picture as its file's header states them; no pixel is decoded.
package struct PictureSize: Sendable, Equatable {
  package let width: Int
  package let height: Int

  /// The longest header that is looked through, in bytes: a JPEG's may hold a colour profile and a preview.
  private static let longestHeader = 1 << 18

  /// Reads the header of a PNG, JPEG or DICOM file; nil for what is none, or states no sides.
  ///
  /// A JPEG that is turned by its EXIF orientation may have its sides swapped.
  package init?(path: String) {
    guard let descriptor = try? openPlainFile(path) else { return nil }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let data = try? file.read(upToCount: PictureSize.longestHeader) else { return nil }
    if ImageKind(of: data.prefix(DICOMSignature.length)) == .dicom {
      guard let size = DICOMFile.size(path: path) else { return nil }
      self.init(width: size.width, height: size.height)
      return
    }
    self.init(header: [UInt8](data))
  }

  /// Reads the first bytes of a file.
  init?(header bytes: [UInt8]) {
    switch ImageKind(of: Data(bytes.prefix(512))) {
    case .png:
      guard bytes.count >= 24 else { return nil }
      self.init(bytes, width: 16, height: 20, length: 4)
    case .jpeg: self.init(jpeg: bytes)
    case .dicom, .other: return nil
    }
  }

  /// Goes from segment to segment up to the first frame header (ITU-T T.81, B.1.1.3).
  private init?(jpeg bytes: [UInt8]) {
    var index = 2
    while index + 9 <= bytes.count {
      guard bytes[index] == 0xff else { return nil }
      let marker = bytes[index + 1]
      switch marker {
      case 0xff: index += 1
      case 0x01, 0xd0...0xd8: index += 2
      case 0xc0...0xcf where ![0xc4, 0xc8, 0xcc].contains(marker):
        self.init(bytes, width: index + 7, height: index + 5, length: 2)
        return
      default: index += 2 + Int(bytes[index + 2]) << 8 + Int(bytes[index + 3])
      }
    }
    return nil
  }

  private init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  private init?(_ bytes: [UInt8], width: Int, height: Int, length: Int) {
    func number(_ start: Int) -> Int {
      bytes[start..<start + length].reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(width) > 0, number(height) > 0 else { return nil }
    self.init(width: number(width), height: number(height))
  }
}
