/// The offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7), if any is.
///
/// Eight ASCII bytes are passed at once.
func firstInvalidUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
  var i = 0
  let count = bytes.count
  while i < count {
    if i + 8 <= count,
      bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      i += 8
      continue
    }
    let byte = bytes[i]
    if byte < 0x80 {
      i += 1
      continue
    }
    guard let length = sequenceLength(byte), i + length <= count,
      isSecond(bytes[i + 1], after: byte)
    else { return i }
    for k in 2..<max(2, length) where bytes[i + k] & 0xc0 != 0x80 { return i }
    i += length
  }
  return nil
}

private func sequenceLength(_ lead: UInt8) -> Int? {
  switch lead {
  case 0xc2...0xdf: 2
  case 0xe0...0xef: 3
  case 0xf0...0xf4: 4
  default: nil
  }
}

/// Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
private func isSecond(_ byte: UInt8, after lead: UInt8) -> Bool {
  switch lead {
  case 0xe0: 0xa0...0xbf ~= byte
  case 0xed: 0x80...0x9f ~= byte
  case 0xf0: 0x90...0xbf ~= byte
  case 0xf4: 0x80...0x8f ~= byte
  default: 0x80...0xbf ~= byte
  }
}

/// Which UTF-16 or UTF-32 a file begins as, by its byte-order mark.
func wideEncoding(_ bytes: UnsafeRawBufferPointer) -> String? {
  if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
    return "UTF-32"
  }
  if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return "UTF-16" }
  return nil
}
