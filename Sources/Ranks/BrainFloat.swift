/// Single precision cut to its upper half: eight bits of significand.
enum BrainFloat {
  static let size = MemoryLayout<UInt16>.size

  /// Rounds floats from `start` to the nearest, halves to even.
  static func round(_ source: [Float], _ start: Int, _ target: inout [UInt16], _ count: Int) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for i in 0..<count {
          let value = source[start + i]
          let bits = value.bitPattern
          // Of what is no number rounding could make an infinity.
          target[i] =
            value.isNaN
            ? UInt16(bits >> 16) | 0x40
            : UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
        }
      }
    }
  }

  /// Writes as many of them as floats from `start`.
  static func widen(_ source: [UInt16], _ target: inout [Float], _ start: Int, _ count: Int) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for i in 0..<count { target[start + i] = Float(bitPattern: UInt32(source[i]) << 16) }
      }
    }
  }
}
