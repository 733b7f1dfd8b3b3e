extension DICOMHeader {
  /// The longest value that is taken, in bytes: a table of 65536 words.
  private static let longestValue = 1 << 17

  /// Reads the worker's records: tag, scope, form and length as 32-bit numbers, then the value.
  ///
  /// The worker is not trusted: it has read the file.
  ///
  /// - Returns: nil where the bytes are not such records.
  package init?(records: [UInt8]) {
    self.init()
    var place = 0
    func number(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(records[place + offset + $1]) << (8 * UInt32($1)) }
    }
    while place < records.count {
      guard records.count - place >= 16 else { return nil }
      let tag = DICOMTag(number(0))
      guard let scope = Scope(rawValue: number(4)) else { return nil }
      let form = number(8)
      let length = Int(number(12))
      place += 16
      guard length <= DICOMHeader.longestValue, length <= records.count - place else { return nil }
      let value = records[place..<place + length]
      place += length
      switch form {
      case 0: set(tag, DICOMHeader.text(of: value))
      case 1, 2:
        guard length % 2 == 0 else { return nil }
        let values = stride(from: value.startIndex, to: value.endIndex, by: 2).map {
          UInt16(records[$0]) | UInt16(records[$0 + 1]) << 8
        }
        set(tag, scope, Words(values: values, isSigned: form == 2))
      default: return nil
      }
    }
  }

  /// A value as text: UTF-8, or where it is none Latin-1, whose letters are the commonest of those that files have
  /// beside ASCII.
  private static func text(of bytes: ArraySlice<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}
