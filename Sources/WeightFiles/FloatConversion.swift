/// Hands out numbers of a file as 32-bit floats, whatever their type and stride.
///
/// Floating types convert as `TensorFile.floats` says; whole numbers round to the nearest float,
/// which is exact up to 2²⁴; a boolean is 0 or 1.
enum FloatConversion {
  /// The elements of little-endian bytes, one after another.
  static func floats(_ bytes: UnsafeRawBufferPointer, as type: ElementType) -> [Float] {
    floats(
      bytes, as: type, count: bytes.count / type.byteCount,
      shape: [bytes.count / type.byteCount], strides: [1])
  }

  /// The elements that shape and strides (in elements) choose, row-major.
  ///
  /// The caller has checked that every one of them lies within the bytes, and counted them.
  static func floats(
    _ bytes: UnsafeRawBufferPointer, as type: ElementType, count: Int, shape: [Int],
    strides: [Int]
  ) -> [Float] {
    switch type {
    case .float32:
      gather(bytes, count, shape, strides, UInt32.self) { Float(bitPattern: $0) }
    case .bfloat16:
      gather(bytes, count, shape, strides, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float16:
      gather(bytes, count, shape, strides, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .float64:
      gather(bytes, count, shape, strides, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .int64: gather(bytes, count, shape, strides, Int64.self) { Float($0) }
    case .int32: gather(bytes, count, shape, strides, Int32.self) { Float($0) }
    case .int16: gather(bytes, count, shape, strides, Int16.self) { Float($0) }
    case .int8: gather(bytes, count, shape, strides, Int8.self) { Float($0) }
    case .uint8: gather(bytes, count, shape, strides, UInt8.self) { Float($0) }
    case .boolean: gather(bytes, count, shape, strides, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }
}

/// Converts little-endian words that may stand at any address: a file's data need not be aligned.
///
/// Axes that are contiguous with one another are one run; the outer ones are counted as an odometer.
@inline(__always)
private func gather<Word: FixedWidthInteger & BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, _ count: Int, _ shape: [Int], _ strides: [Int],
  _ type: Word.Type, _ value: (Word) -> Float
) -> [Float] {
  let axes = merged(shape, strides)
  let run = axes.last?.extent ?? 1
  let step = (axes.last?.stride ?? 1) &* MemoryLayout<Word>.size
  return Array(unsafeUninitializedCapacity: count) { output, initialized in
    guard count > 0, let source = bytes.baseAddress, let target = output.baseAddress else { return }
    var digits = [Int](repeating: 0, count: max(0, axes.count - 1))
    var start = 0
    var written = 0
    while true {
      for index in 0..<run {
        let word = source.loadUnaligned(fromByteOffset: start &+ index &* step, as: Word.self)
        (target + written + index).initialize(to: value(Word(littleEndian: word)))
      }
      written += run
      var axis = digits.count - 1
      while axis >= 0 {
        digits[axis] += 1
        start += axes[axis].stride * MemoryLayout<Word>.size
        if digits[axis] < axes[axis].extent { break }
        start -= axes[axis].extent * axes[axis].stride * MemoryLayout<Word>.size
        digits[axis] = 0
        axis -= 1
      }
      if axis < 0 { break }
    }
    initialized = written
  }
}

/// The axes without those of one element, neighbours joined where the outer one goes on where the
/// inner one ends.
private func merged(_ shape: [Int], _ strides: [Int]) -> [(extent: Int, stride: Int)] {
  var axes: [(extent: Int, stride: Int)] = []
  for (extent, stride) in zip(shape, strides) where extent != 1 {
    let (span, overflow) = extent.multipliedReportingOverflow(by: stride)
    if let last = axes.last, !overflow, last.stride == span {
      axes[axes.count - 1] = (last.extent * extent, stride)
    } else {
      axes.append((extent, stride))
    }
  }
  return axes
}
