import Basics
import Foundation

/// The lines that minisign's files are made of.
enum MinisignText {
  /// Most bytes of a comment, as minisign has it.
  static let maximumComment = 8192

  /// The lines of a file, without what ends them (LF or CRLF) and without empty ones at the end, as
  /// minisign reads them: git and a paste change both.
  ///
  /// - Throws: `ZooError` of code `.badFormat` for another number of lines, or what is no UTF-8.
  static func lines(_ data: Data, count: Int, what: String, path: String) throws -> [String] {
    let lines = try lines(data, what: what, path: path)
    guard lines.count == count else {
      throw ZooError(
        .badFormat, "is no \(what): found \(lines.count) lines; expected \(count)",
        at: Place(path: path))
    }
    return lines
  }

  /// The same, however many there are.
  static func lines(_ data: Data, what: String, path: String) throws -> [String] {
    var lines = try data.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
      let bytes = line.last == 0x0d ? line.dropLast() : line
      guard !bytes.contains(0x0d), let text = String(validating: bytes, as: UTF8.self) else {
        throw ZooError(
          .badFormat, "is no \(what): found bytes that are no plain text", at: Place(path: path))
      }
      return text
    }
    while let last = lines.last, last.allSatisfy({ $0 == " " || $0 == "\t" }) { lines.removeLast() }
    return lines
  }

  /// What follows `untrusted comment: ` and the like.
  static func comment(_ line: String, after prefix: String, line number: Int, path: String) throws
    -> String
  {
    guard line.hasPrefix(prefix), line.utf8.count <= maximumComment else {
      throw ZooError(
        .badFormat, "the line does not begin with \"\(prefix)\", or is too long",
        at: Place(path: path, line: number))
    }
    return String(line.dropFirst(prefix.count))
  }

  /// The bytes of a line of base64, in its one proper form.
  static func bytes(_ line: String, count: Int, line number: Int, path: String) throws -> [UInt8] {
    guard let data = Data(base64Encoded: line), data.count == count,
      data.base64EncodedString() == line
    else {
      throw ZooError(
        .badFormat, "the line is no base64 of \(count) bytes", at: Place(path: path, line: number))
    }
    return [UInt8](data)
  }

  static let untrusted = "untrusted comment: "
  static let trusted = "trusted comment: "
}

/// The number by which minisign tells keys apart: eight bytes, shown as a number in hexadecimal.
package struct KeyID: Sendable, Hashable, CustomStringConvertible {
  let bytes: [UInt8]

  /// As minisign prints it: 16 upper-case hexadecimal digits, the last byte first.
  package var description: String {
    bytes.reversed().map { String(format: "%02X", $0) }.joined()
  }
}
