import Basics
import Foundation

/// Scalars as TensorBoard reads them: a file of `Event` messages in TensorFlow's record framing.
///
/// Each record is its length as 64 bits, a masked CRC-32C of that, the message, a masked CRC-32C of the message, all
/// little-endian (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h). Messages are
/// `Event` of https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto, written by hand: five
/// kinds of fields are used.
struct EventFile {
  private var bytes: [UInt8] = []

  /// A scalar at a step.
  struct Scalar: Sendable, Equatable {
    let tag: String
    let step: Int
    let value: Double
  }

  /// - Parameters:
  ///   - scalars: in the order of the file.
  ///   - time: seconds since 1970 that all of them bear.
  init(_ scalars: [Scalar], time: Double) {
    record(Self.event(time: time, Self.field(3, Array("brain.Event:2".utf8))))
    for scalar in scalars {
      var number: [UInt8] = [2 << 3 | 5]
      withUnsafeBytes(of: Float(scalar.value).bitPattern.littleEndian) { number += $0 }
      let value = Self.field(1, Self.field(1, Array(scalar.tag.utf8)) + number)
      record(
        Self.event(
          time: time,
          [2 << 3] + Self.varint(UInt64(scalar.step)) + Self.field(5, value)))
    }
  }

  /// The file.
  var data: Data { Data(bytes) }

  private static func event(time: Double, _ rest: [UInt8]) -> [UInt8] {
    var message: [UInt8] = [1 << 3 | 1]
    withUnsafeBytes(of: time.bitPattern.littleEndian) { message += $0 }
    return message + rest
  }

  /// A field of bytes with its length.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(content.count)) + content
  }

  private static func varint(_ number: UInt64) -> [UInt8] {
    var (rest, result) = (number, [UInt8]())
    while rest > 127 {
      result.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  private mutating func record(_ message: [UInt8]) {
    let length = withUnsafeBytes(of: UInt64(message.count).littleEndian) { Array($0) }
    bytes += length + Self.check(length) + message + Self.check(message)
  }

  /// The masked CRC-32C.
  private static func check(_ content: [UInt8]) -> [UInt8] {
    let sum = crc32c(content)
    let masked = (sum >> 15 | sum << 17) &+ 0xa282_ead8
    return withUnsafeBytes(of: masked.littleEndian) { Array($0) }
  }

  /// Castagnoli's CRC; "123456789" gives e3069283.
  static func crc32c(_ content: [UInt8]) -> UInt32 {
    ~content.reduce(~0) { sum, byte in
      table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8
    }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
    }
  }
}
