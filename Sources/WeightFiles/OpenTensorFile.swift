import Basics
import Foundation

/// A safetensors file whose tensors are read in parts, as they are asked for.
///
/// For files that are larger than what is held in memory. It is checked as `TensorFile` is; a file that is cut short
/// while it is open is an error, not a crash.
package final class OpenTensorFile: Sendable {
  /// The tensors, in the order of their data.
  package let entries: [TensorFile.Entry]
  /// Texts about the file, by key.
  package let metadata: [String: String]
  package let path: String
  private let descriptor: Int32

  /// - Throws: as `TensorFile.read`.
  package init(path: String) throws {
    self.path = path
    descriptor = try openPlainFile(path)
    var status = stat()
    fstat(descriptor, &status)
    let size = Int(status.st_size)
    do {
      let end = try TensorFile.headerEnd(
        Self.read(descriptor, 0..<min(headerStart, size), path), size: size, path: path)
      (entries, metadata) = try TensorFile.described(
        Self.read(descriptor, lengthFieldSize..<end, path), dataSize: size - end, path: path)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// The tensor of a name, or nil.
  package func entry(_ name: String) -> TensorFile.Entry? { entries.first { $0.name == name } }

  /// Some of a tensor's values, counted row-major in the order of its shape.
  ///
  /// - Throws: `ZooError` of code `.badValue` where its elements are no 32-bit floats, `.badFormat` where the file has
  ///   become shorter.
  package func floats(_ entry: TensorFile.Entry, _ range: Range<Int>) throws -> [Float] {
    guard entry.elementType == .float32 else {
      throw ZooError(
        .badValue, "found elements of type \(entry.elementType.rawValue); expected F32",
        at: Place(path: path, key: entry.name))
    }
    let size = MemoryLayout<Float>.size
    let start = entry.range.lowerBound + range.lowerBound * size
    return try [Float](unsafeUninitializedCapacity: range.count) { values, count in
      try Self.fill(
        UnsafeMutableRawBufferPointer(values), from: descriptor, at: start, path: path)
      #if !_endian(little)
        for index in values.indices {
          values[index] = Float(
            bitPattern: UInt32(littleEndian: values[index].bitPattern))
        }
      #endif
      count = range.count
    }
  }

  private static func read(_ descriptor: Int32, _ range: Range<Int>, _ path: String) throws -> Data
  {
    var data = Data(count: range.count)
    try data.withUnsafeMutableBytes {
      try fill($0, from: descriptor, at: range.lowerBound, path: path)
    }
    return data
  }

  /// Reads as many bytes as a buffer has.
  ///
  /// - Throws: `ZooError` of code `.badFormat` where the file ends before, `.system` where it can't be read.
  package static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at start: Int, path: String
  ) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, min(buffer.count - done, 1 << 30),
        off_t(start + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemError("can't be read", path) }
      guard count > 0 else {
        throw ZooError(
          .badFormat, "ends at byte \(start + done); expected \(start + buffer.count) or more",
          at: Place(path: path), advice: "The file was cut short. Make or fetch it again.")
      }
      done += count
    }
  }
}
