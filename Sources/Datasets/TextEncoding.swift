import Basics
import Foundation

/// How the text of a table is written as bytes.
package enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  /// Western Windows.
  case cp1252
  /// Read as cp1252, as browsers do: what the two differ in are control characters that no table has.
  case latin1 = "latin-1"
  /// Central European Windows.
  case cp1250
  /// Cyrillic Windows.
  case cp1251
  case gb18030
  case big5
  case shiftJIS = "shift-jis"
  case eucKR = "euc-kr"

  private var libraryName: String {
    switch self {
    case .utf8: "UTF-8"
    case .utf16, .utf16LittleEndian: "UTF-16LE"
    case .utf16BigEndian: "UTF-16BE"
    case .cp1252, .latin1: "CP1252"
    case .cp1250: "CP1250"
    case .cp1251: "CP1251"
    case .gb18030: "GB18030"
    case .big5: "BIG5"
    case .shiftJIS: "CP932"
    case .eucKR: "CP949"
    }
  }

  /// The bytes of a table in UTF-8: by the encoding that was given, or by a UTF-16 byte-order mark.
  ///
  /// Bytes of neither stay as they are, and are checked by the parser.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the line of the first byte that is none of the
  ///   encoding, `.unsupported` where the system does not know it.
  static func utf8(of data: Data, given: TextEncoding?, path: String) throws -> Data {
    let isLittle = data.starts(with: [0xff, 0xfe]) && !data.starts(with: [0xff, 0xfe, 0, 0])
    let isBig = data.starts(with: [0xfe, 0xff])
    var encoding = given ?? .utf8
    if isLittle || isBig {
      if let given, ![.utf16, isLittle ? .utf16LittleEndian : .utf16BigEndian].contains(given) {
        throw ZooError(
          .badFormat, "the file begins as UTF-16, not as \(given.rawValue)",
          at: Place(path: path, line: 1), advice: "leave \"encoding\" out")
      }
      encoding = isLittle ? .utf16LittleEndian : .utf16BigEndian
      return try encoding.converted(data, from: 2, path: path)
    }
    return encoding == .utf8 ? data : try encoding.converted(data, from: 0, path: path)
  }

  private func converted(_ data: Data, from start: Int, path: String) throws -> Data {
    guard let converter = iconv_open("UTF-8", libraryName), Int(bitPattern: converter) != -1 else {
      throw ZooError(
        .unsupported, "this system can't read \(rawValue)", at: Place(path: path),
        advice: "save the file as UTF-8")
    }
    defer { iconv_close(converter) }
    var input = [UInt8](data)
    var output = Data()
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { chunk.deallocate() }
    try input.withUnsafeMutableBytes { bytes in
      var next = bytes.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
      var left = bytes.count - start
      while left > 0 {
        var target = chunk.baseAddress?.assumingMemoryBound(to: CChar.self)
        var room = chunk.count
        let status = iconv(converter, &next, &left, &target, &room)
        let failure = errno
        output.append(contentsOf: chunk[..<(chunk.count - room)])
        if status != -1 || failure == E2BIG { continue }
        let offset = bytes.count - left
        throw ZooError(
          .badFormat,
          "byte 0x\(String(bytes[offset], radix: 16)) at offset \(offset) is not \(rawValue)",
          at: Place(path: path, line: 1 + output.count { $0 == 0x0a }),
          advice: "give another \"encoding\": "
            + TextEncoding.allCases.map(\.rawValue).joined(separator: ", "))
      }
    }
    return output
  }
}
