import Foundation

/// A PNG with a chunk put behind its header.
func withChunk(_ kind: String, _ body: Data, in file: Data) -> Data {
  file.prefix(33) + pngChunk(kind, body) + file.dropFirst(33)
}

/// A chunk of a PNG with its sum.
func pngChunk(_ kind: String, _ body: Data) -> Data {
  func word(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
  let named = Data(kind.utf8) + body
  var sum: UInt32 = ~0
  for byte in named {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
  }
  return word(UInt32(body.count)) + named + word(~sum)
}

/// EXIF data of one entry, an orientation, beginning with TIFF's head.
func exif(orientation: UInt8) -> Data {
  Data([
    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0,
    0,
    0,
  ])
}
