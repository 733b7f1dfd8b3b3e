import Basics
import Foundation

/// A report as a person gives it on a command line: itself, or the file that holds it.
package enum GivenText {
  /// Refuses a path in place of a text: one that is there, or that looks like one that is not.
  ///
  /// A path has no blank, and a slash or the ending `.txt`.
  ///
  /// - Throws: `ZooError` of code `.usage`.
  package static func check(_ text: String) throws {
    let isThere = FileKind(at: text) != nil
    let looksSo =
      !text.contains(where: \.isWhitespace)
      && (text.contains("/") || text.lowercased().hasSuffix(".txt"))
    guard isThere || looksSo else { return }
    throw ZooError(
      .usage,
      isThere
        ? "\"\(text)\" is a path; --text takes the report itself"
        : "\"\(text)\" looks like a path, and nothing is there; --text takes the report itself",
      at: Place(key: "--text"),
      advice:
        "for a file write --text-file \(text); a report that reads like a path goes into a file, too"
    )
  }

  /// The text of a file, without a byte-order mark.
  ///
  /// - Throws: `ZooError` where it is no plain file, not UTF-8, or empty.
  package static func read(_ path: String) throws -> String {
    let kind = FileKind(at: path)
    guard kind != nil else {
      throw ZooError(
        .notFound, "no such file", at: Place(path: path),
        advice: "--text-file takes a path; for the report itself write --text \"…\"")
    }
    // A pipe would wait, and a device never end.
    guard kind == .file else {
      throw ZooError(
        .badFormat, "is no plain file", at: Place(path: path),
        advice: "--text-file takes a file that holds the report's text")
    }
    let data = try readFile(path)
    try data.withUnsafeBytes { bytes in
      if let encoding = wideEncoding(bytes) {
        throw ZooError(
          .badFormat, "is \(encoding); expected UTF-8", at: Place(path: path),
          advice: "convert it: iconv -f \(encoding) -t UTF-8 IN > OUT")
      }
      if let offset = firstInvalidUTF8(bytes) {
        let line = 1 + bytes[..<offset].count { $0 == UInt8(ascii: "\n") }
        throw ZooError(
          .badFormat, "is not valid UTF-8", at: Place(path: path, line: line),
          advice: "convert it, for example: iconv -f latin1 -t UTF-8 IN > OUT")
      }
    }
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = String(decoding: data.starts(with: mark) ? data.dropFirst(3) : data, as: UTF8.self)
    guard !isBlank(text) else {
      throw ZooError(
        .badValue, "is empty; expected a report's text", at: Place(path: path))
    }
    return text
  }
}
