import Basics
import CWordVectors
import Foundation

/// A line of a text file, cut into its word and its numbers: the numbers are the last D fields
/// between bytes 0x20, the word is all before, spaces included.
struct VectorLine {
  /// The line without a carriage return and spaces at its end.
  let bytes: UnsafeRawBufferPointer
  /// The bytes 0x20 in it.
  let spaces: Int
  /// Where the word ends; nil when there are fewer than D numbers.
  let wordEnd: Int?

  @inline(__always)
  init(_ line: UnsafeRawBufferPointer, dimension: Int) {
    bytes = VectorLine.trimmed(line)
    guard let base = bytes.baseAddress else {
      spaces = 0
      wordEnd = nil
      return
    }
    spaces = ez_count_byte(base.assumingMemoryBound(to: UInt8.self), bytes.count, 0x20)
    if spaces < dimension {
      wordEnd = nil
    } else if spaces == dimension {
      wordEnd = memchr(base, 0x20, bytes.count).map { UnsafeRawPointer($0) - base }
    } else {
      var end = bytes.count
      var left = dimension
      while left > 0 {
        end -= 1
        if bytes[end] == 0x20 { left -= 1 }
      }
      wordEnd = end
    }
  }

  /// A line without a carriage return (of CRLF) and the spaces that the C tools leave at the end.
  @inline(__always)
  static func trimmed(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var count = line.count
    if count > 0, line[count - 1] == 0x0d { count -= 1 }
    while count > 0, line[count - 1] == 0x20 { count -= 1 }
    return UnsafeRawBufferPointer(rebasing: line[..<count])
  }

  /// The fields between bytes 0x20.
  static func fields(_ line: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    line.split(separator: 0x20, omittingEmptySubsequences: false)
      .map(UnsafeRawBufferPointer.init(rebasing:))
  }

  /// Reads the numbers behind `wordEnd` into `row`.
  ///
  /// - Throws: `ZooError` that names the line and the number that is none.
  static func numbers(
    _ line: UnsafeRawBufferPointer, after wordEnd: Int, into row: inout [Float], at place: Place
  ) throws {
    var offset = wordEnd
    for index in row.indices {
      offset += 1
      let begin = offset
      let value = DecimalNumber.parse(line, from: &offset)
      if value.isNaN { throw badNumber(line, from: begin, index, row.count, place) }
      row[index] = value
    }
  }

  /// The word as a text.
  ///
  /// - Throws: `ZooError` that names the line, when the word is no UTF-8.
  static func word(_ token: UnsafeRawBufferPointer, at place: Place) throws -> String {
    guard let word = String(validating: token, as: UTF8.self) else {
      throw malformed(token, at: place)
    }
    return word
  }

  /// Whether a word is UTF-8; nearly free where it is ASCII.
  @inline(__always)
  static func isText(_ token: UnsafeRawBufferPointer) -> Bool {
    var all: UInt8 = 0
    for byte in token { all |= byte }
    return all < 0x80 || String(validating: token, as: UTF8.self) != nil
  }

  private static func badNumber(
    _ line: UnsafeRawBufferPointer, from begin: Int, _ index: Int, _ dimension: Int, _ place: Place
  ) -> ZooError {
    let rest = UnsafeRawBufferPointer(rebasing: line[begin...])
    let field = UnsafeRawBufferPointer(
      rebasing: rest[..<(rest.firstIndex(of: 0x20) ?? rest.count)])
    let hasComma = field.contains(UInt8(ascii: ","))
    return ZooError(
      .badFormat,
      "number \(index + 1) of \(dimension) \(DecimalNumber.fault(field)); expected a finite "
        + "decimal number such as -0.25", at: place,
      advice: hasComma
        ? "Write the file again with decimal points, not commas."
        : "Repair or remove the line, or download the file again.")
  }

  private static func malformed(_ token: UnsafeRawBufferPointer, at place: Place) -> ZooError {
    ZooError(.badFormat, "the word \"\(DecimalNumber.excerpt(token))\" is no UTF-8", at: place)
  }
}
