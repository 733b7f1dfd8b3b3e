import Basics
import Foundation

/// A signature in minisign's form, of the algorithm `ED`: Ed25519 over BLAKE2b of 64 bytes.
///
/// The legacy algorithm `Ed`, over the message itself, is refused.
/// Format: [minisign](https://jedisct1.github.io/minisign/).
package struct MinisignSignature: Sendable, Equatable {
  /// The key it claims to be of.
  package let keyID: KeyID
  /// What the signer says besides; signed, so it may be believed once `verify` has passed.
  package let trustedComment: String
  private let signature: [UInt8]
  private let globalSignature: [UInt8]
  private let path: String

  /// Most bytes of a signature file.
  package static let maximumSize = 32 << 10

  /// Reads a signature file; `path` is for messages.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the line, `.unsupported` for the legacy algorithm.
  package init(_ data: Data, path: String) throws {
    guard data.count <= Self.maximumSize else {
      throw ZooError(
        .badFormat,
        "is no signature: has \(data.count) bytes; expected at most \(Self.maximumSize)",
        at: Place(path: path))
    }
    let lines = try MinisignText.lines(data, count: 4, what: "signature", path: path)
    _ = try MinisignText.comment(lines[0], after: MinisignText.untrusted, line: 1, path: path)
    let bytes = try MinisignText.bytes(lines[1], count: 74, line: 2, path: path)
    guard bytes.starts(with: Array("ED".utf8)) else {
      let isLegacy = bytes.starts(with: Array("Ed".utf8))
      throw ZooError(
        isLegacy ? .unsupported : .badFormat,
        isLegacy
          ? "the signature is of the legacy algorithm Ed; expected ED"
          : "the signature is of an unknown algorithm; expected ED",
        at: Place(path: path, line: 2), advice: isLegacy ? "sign again, without -l" : nil)
    }
    keyID = KeyID(bytes: Array(bytes[2..<10]))
    signature = Array(bytes[10...])
    trustedComment = try MinisignText.comment(
      lines[2], after: MinisignText.trusted, line: 3, path: path)
    globalSignature = try MinisignText.bytes(lines[3], count: 64, line: 4, path: path)
    self.path = path
  }

  /// Sees that the key signed these bytes, and the trusted comment with them.
  ///
  /// - Throws: `ZooError` of code `.untrusted`.
  package func verify(_ message: Data, key: MinisignPublicKey) throws {
    guard keyID == key.id else {
      throw ZooError(
        .untrusted, "the signature is of the key \(keyID); expected one of \(key.id)",
        at: Place(path: path))
    }
    guard
      Sodium.verify(
        signature, of: Sodium.blake2b(message, size: 64), publicKey: key.bytes)
    else {
      throw ZooError(
        .untrusted, "the signature does not fit the bytes: either was changed",
        at: Place(path: path))
    }
    guard
      Sodium.verify(
        globalSignature, of: signature + Array(trustedComment.utf8), publicKey: key.bytes)
    else {
      throw ZooError(
        .untrusted, "the trusted comment was changed after signing",
        at: Place(path: path, line: 3))
    }
  }
}
