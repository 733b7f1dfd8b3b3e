/// The samples of a frame, one after the other, as patterns of bits without what lies beside them.
struct StoredSamples {
  let bytes: UnsafeRawBufferPointer
  let format: StoredFormat

  /// - Precondition: As many bytes as the format says.
  init(_ bytes: UnsafeRawBufferPointer, _ format: StoredFormat) {
    precondition(bytes.count >= format.bytes, "\(bytes.count) of \(format.bytes) bytes")
    self.bytes = bytes
    self.format = format
  }

  /// How many there are.
  var count: Int { format.pixels * format.samples }

  /// Hands over every pattern and its place.
  @inline(__always)
  func visit(_ body: (Int, UInt32) -> Void) {
    let mask = format.mask
    let shift = UInt32(format.shift)
    switch format.bitsAllocated {
    case 1:
      for index in 0..<count { body(index, UInt32(bytes[index >> 3] >> UInt8(index & 7) & 1)) }
    case 8:
      for index in 0..<count { body(index, UInt32(bytes[index]) &>> shift & mask) }
    case 16:
      for index in 0..<count {
        let sample = bytes.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)
        body(index, UInt32(sample) &>> shift & mask)
      }
    default:
      for index in 0..<count {
        var sample = bytes.loadUnaligned(fromByteOffset: 4 &* index, as: UInt32.self)
        if format.hasSwappedHalves { sample = sample << 16 | sample >> 16 }
        body(index, sample &>> shift & mask)
      }
    }
  }
}
