import Basics

/// What stands before the root element of an XML document, checked before any parser sees it.
enum XMLProlog {
  /// Refuses what is not UTF-8 and what declares a document type.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line.
  static func check(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    if let wide = wideEncoding(bytes) {
      throw ZooError(
        .badFormat, "the file is \(wide); expected UTF-8", at: Place(path: path, line: 1))
    }
    if let offset = firstInvalidUTF8(bytes) {
      throw ZooError(
        .badFormat,
        "byte 0x\(String(bytes[offset], radix: 16)) at offset \(offset) is not UTF-8",
        at: Place(path: path, line: line(offset, bytes)))
    }
    if let offset = bytes.firstIndex(of: 0) {
      throw ZooError(
        .badFormat, "a NUL byte at offset \(offset); expected XML in UTF-8",
        at: Place(path: path, line: line(offset, bytes)))
    }
    var i = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    if has("<?xml", at: i, bytes) {
      let end = find("?>", from: i, bytes) ?? bytes.count
      try checkEncoding(String(decoding: bytes[i..<end], as: UTF8.self), path: path)
    }
    while let next = skipMiscellaneous(bytes, &i) {
      guard next == .documentType else { return }
      throw ZooError(
        .badFormat, "a document type declaration; reports have none, and entities are not resolved",
        at: Place(path: path, line: line(i, bytes)), advice: "remove <!DOCTYPE …>")
    }
    throw ZooError(
      .badFormat, "no XML element; expected <eCitation>", at: Place(path: path, line: 1))
  }

  /// Refuses what follows the end of the root element, other than comments and instructions.
  ///
  /// Foundation on Linux stops there without a word, so a second report in the file would be lost.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with path and line.
  static func checkEnd(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    guard var i = find("</eCitation", from: 0, bytes), let end = find(">", from: i, bytes) else {
      return
    }
    i = end + 1
    guard skipMiscellaneous(bytes, &i) != nil else { return }
    throw ZooError(
      .badFormat, "there is more after </eCitation>; expected one report a file",
      at: Place(path: path, line: line(i, bytes)))
  }

  private enum Item { case documentType, element }

  /// Passes over white space, comments and processing instructions; nil at the end of the document.
  private static func skipMiscellaneous(_ bytes: UnsafeRawBufferPointer, _ i: inout Int) -> Item? {
    while i < bytes.count {
      if bytes[i] <= 0x20 {
        i += 1
      } else if has("<!--", at: i, bytes) {
        guard let end = find("-->", from: i + 4, bytes) else { return nil }
        i = end + 3
      } else if has("<?", at: i, bytes) {
        guard let end = find("?>", from: i + 2, bytes) else { return nil }
        i = end + 2
      } else {
        return has("<!", at: i, bytes) ? .documentType : .element
      }
    }
    return nil
  }

  private static func checkEncoding(_ declaration: String, path: String) throws {
    guard let name = encodingName(declaration) else { return }
    guard ["utf-8", "utf8", "us-ascii", "ascii"].contains(name.lowercased()) else {
      throw ZooError(
        .badFormat, "the declared encoding is \(name); expected UTF-8",
        at: Place(path: path, line: 1), advice: "convert the file to UTF-8")
    }
  }

  /// The value of `encoding="…"` in an XML declaration.
  private static func encodingName(_ declaration: String) -> String? {
    guard let key = declaration.firstRange(of: "encoding") else { return nil }
    let value = declaration[key.upperBound...].drop { $0 == "=" || $0.isWhitespace }
    guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
    return String(value.dropFirst().prefix { $0 != quote })
  }

  private static func has(_ text: StaticString, at i: Int, _ bytes: UnsafeRawBufferPointer) -> Bool
  {
    let count = text.utf8CodeUnitCount
    guard i + count <= bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(bytes[i..<i + count]) }
  }

  private static func find(
    _ text: StaticString, from start: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Int? {
    let first = text.utf8Start.pointee
    var i = start
    while i < bytes.count {
      if bytes[i] == first, has(text, at: i, bytes) { return i }
      i += 1
    }
    return nil
  }

  private static func line(_ offset: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
    1 + bytes[..<offset].count { $0 == 0x0a }
  }
}
