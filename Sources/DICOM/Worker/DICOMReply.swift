/// What the worker says of a file, before its pixels.
struct DICOMReply: Equatable {
  /// How it ended; see `Status` in `Sources/zoo-dicom/wire.h`.
  enum Status: UInt32 {
    case done, damaged, noPixels, manyFrames, noSuchFrame, unsupported, tooLarge, noMemory
  }

  /// The fixed beginning of a reply.
  struct Head: Equatable {
    static let length = 40
    private static let magic: UInt32 = 0x3144_5251
    /// Most bytes of text, of records, and of pixels.
    private static let limits = (message: 1 << 16, records: 4 << 20, pixels: 1 << 30)

    let status: Status
    let messageLength: Int
    let recordLength: Int
    let pixelLength: Int
    let storedLength: Int
    let frames: Int
    let frame: Int

    /// Reads it; nil where it can't be one.
    init?(_ bytes: [UInt8]) {
      guard bytes.count == Head.length else { return nil }
      func number(_ place: Int, _ length: Int = 4) -> UInt64 {
        (0..<length).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
      }
      guard number(0) == UInt64(Head.magic), let status = Status(rawValue: UInt32(number(4))),
        number(8) <= Head.limits.message, number(12) <= Head.limits.records,
        number(16, 8) <= Head.limits.pixels, number(24, 8) <= UInt64(UInt32.max)
      else { return nil }
      self.status = status
      (messageLength, recordLength) = (Int(number(8)), Int(number(12)))
      (pixelLength, storedLength) = (Int(number(16, 8)), Int(number(24, 8)))
      (frames, frame) = (Int(number(32)), Int(number(36)))
    }
  }

  let head: Head
  let message: String
  let header: DICOMHeader
}
