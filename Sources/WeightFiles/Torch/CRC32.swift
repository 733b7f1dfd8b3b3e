/// The checksum of zip archives (ISO 3309, reflected polynomial 0xEDB88320), eight bytes a step.
enum CRC32 {
  /// The checksum of some bytes.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      var crc = ~UInt32(0)
      var index = 0
      while index &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let low = UInt32(truncatingIfNeeded: word) ^ crc
        let high = UInt32(truncatingIfNeeded: word >> 32)
        let first = table[1792 + Int(low & 255)] ^ table[1536 + Int(low >> 8 & 255)]
        let second = table[1280 + Int(low >> 16 & 255)] ^ table[1024 + Int(low >> 24)]
        let third = table[768 + Int(high & 255)] ^ table[512 + Int(high >> 8 & 255)]
        let fourth = table[256 + Int(high >> 16 & 255)] ^ table[Int(high >> 24)]
        crc = first ^ second ^ third ^ fourth
        index &+= 8
      }
      while index < bytes.count {
        crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[index])) & 255)]
        index &+= 1
      }
      return ~crc
    }
  }

  /// Eight tables of 256: entry `256·k + b` is the effect of byte `b` with `k` bytes after it.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 255)]
    }
    return tables
  }()
}
