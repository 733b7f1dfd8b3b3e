import Basics
import Foundation

/// A public key in minisign's form: 56 characters that begin with `RW`, or a file that holds them.
package struct MinisignPublicKey: Sendable, Hashable, CustomStringConvertible {
  package let id: KeyID
  let bytes: [UInt8]

  init(id: KeyID, bytes: [UInt8]) {
    self.id = id
    self.bytes = bytes
  }

  /// Reads the 56 characters.
  ///
  /// - Throws: `ZooError` of code `.badFormat`.
  package init(_ text: String, at place: Place? = nil) throws {
    guard let data = Data(base64Encoded: text), data.count == 42,
      data.base64EncodedString() == text, data.starts(with: Data("Ed".utf8))
    else {
      throw ZooError(
        .badFormat, "\"\(text.prefix(80))\" is no public key; expected 56 characters beginning RW",
        at: place, advice: "zoo bundle keygen and minisign -G write such keys")
    }
    id = KeyID(bytes: [UInt8](data[2..<10]))
    bytes = [UInt8](data[10...])
  }

  /// Reads a key file: an untrusted comment, then the key; or the key's line alone.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the line.
  package init(file data: Data, path: String) throws {
    let only = try MinisignText.lines(data, what: "public key", path: path)
    if only.count == 1, only[0].hasPrefix("RW") {
      try self.init(only[0], at: Place(path: path, line: 1))
      return
    }
    let lines = try MinisignText.lines(data, count: 2, what: "public key", path: path)
    _ = try MinisignText.comment(lines[0], after: MinisignText.untrusted, line: 1, path: path)
    try self.init(lines[1], at: Place(path: path, line: 2))
  }

  /// Reads what a person gives: the key itself, or the path of its file.
  ///
  /// - Throws: `ZooError` of code `.badFormat` or `.notFound`.
  package static func given(_ text: String) throws -> MinisignPublicKey {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if text.hasPrefix("RW"), text.utf8.count == 56 { return try MinisignPublicKey(text) }
    return try MinisignPublicKey(file: readFile(text), path: text)
  }

  /// The 56 characters.
  package var description: String {
    Data(Array("Ed".utf8) + id.bytes + bytes).base64EncodedString()
  }

  /// The content of a key file.
  package var fileText: String {
    "\(MinisignText.untrusted)minisign public key \(id)\n\(self)\n"
  }
}
