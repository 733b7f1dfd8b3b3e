import Basics
import Foundation
import Tensors

/// The bytes of a Protocol Buffers message, put together field by field.
///
/// The wire format: https://protobuf.dev/programming-guides/encoding/. Tensors stay where they are
/// until the message is written, so a model is not held twice.
struct ProtobufMessage {
  private enum Piece {
    case bytes(Data)
    case tensor(Tensor)
  }
  private var pieces: [Piece] = []
  /// The bytes so far.
  private(set) var count = 0

  /// An integer, a boolean or the number of an enumeration's case.
  mutating func add(_ field: Int, _ value: Int) {
    append(
      ProtobufMessage.key(field, wireType: 0)
        + ProtobufMessage.varint(UInt64(bitPattern: Int64(value))))
  }

  /// A single-precision number.
  mutating func add(_ field: Int, _ value: Float) {
    append(
      ProtobufMessage.key(field, wireType: 5)
        + withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) })
  }

  /// A text.
  mutating func add(_ field: Int, _ text: String) {
    let bytes = Data(text.utf8)
    append(
      ProtobufMessage.key(field, wireType: 2) + ProtobufMessage.varint(UInt64(bytes.count)) + bytes)
  }

  /// A message inside this one.
  mutating func add(_ field: Int, _ message: ProtobufMessage) {
    append(ProtobufMessage.key(field, wireType: 2) + ProtobufMessage.varint(UInt64(message.count)))
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .tensor(let tensor): append(tensor)
      }
    }
  }

  /// The little-endian floats of a tensor, in row-major order.
  mutating func add(_ field: Int, _ tensor: Tensor) {
    let size = tensor.count * MemoryLayout<Float>.size
    append(ProtobufMessage.key(field, wireType: 2) + ProtobufMessage.varint(UInt64(size)))
    append(tensor)
  }

  /// Writes the message to a file, whole or not at all.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to path: String) throws {
    try AtomicFile.write(to: path) { descriptor in
      for piece in pieces {
        switch piece {
        case .bytes(let bytes):
          try bytes.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
        case .tensor(let tensor):
          // Swift's platforms are little-endian, as the format is.
          try tensor.withFloats {
            try AtomicFile.writeAll(UnsafeRawBufferPointer($0), to: descriptor, path: path)
          }
        }
      }
    }
  }

  private mutating func append(_ bytes: Data) {
    count += bytes.count
    if case .bytes(var last)? = pieces.last {
      pieces.removeLast()  // so that the bytes are not copied
      last.append(bytes)
      pieces.append(.bytes(last))
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  private mutating func append(_ tensor: Tensor) {
    count += tensor.count * MemoryLayout<Float>.size
    pieces.append(.tensor(tensor))
  }

  private static func key(_ field: Int, wireType: Int) -> Data {
    varint(UInt64(field << 3 | wireType))
  }

  private static func varint(_ value: UInt64) -> Data {
    var (value, bytes) = (value, Data())
    while value > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
    return bytes
  }
}
