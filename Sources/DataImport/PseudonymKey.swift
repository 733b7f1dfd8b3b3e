import Basics
import CSodium
import Foundation

/// The secret that turns numbers of patients and studies into keys.
///
/// A key is HMAC-SHA-256 (RFC 2104, https://www.rfc-editor.org/rfc/rfc2104) of what is named and the number, its first
/// 16 hexadecimal digits: the same secret gives the same keys, and without it nobody can try all numbers.
package struct PseudonymKey: Sendable {
  private let bytes: [UInt8]

  /// A secret of 32 bytes.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 32, "\(bytes.count) bytes of a secret; expected 32")
    self.bytes = bytes
  }

  /// Reads the secret of a file, or makes one there that its owner alone may read.
  ///
  /// - Returns: the secret, and whether it is new.
  /// - Throws: `ZooError` of code `.badFormat` for a file of something else, `.system` that names the path.
  package static func readOrMake(path: String) throws -> (key: PseudonymKey, isNew: Bool) {
    guard sodium_init() >= 0 else {
      throw ZooError(.system, "libsodium could not be started")
    }
    if FileManager.default.fileExists(atPath: path) {
      let text = String(decoding: try readFile(path), as: UTF8.self)
      let digits = text.trimmingCharacters(in: .whitespacesAndNewlines)
      let pairs = stride(from: 0, to: digits.utf8.count - 1, by: 2).map { start in
        let from = digits.utf8.index(digits.startIndex, offsetBy: start)
        return UInt8(digits[from..<digits.utf8.index(from, offsetBy: 2)], radix: 16)
      }
      guard digits.utf8.count == 64, !pairs.contains(nil) else {
        throw ZooError(
          .badFormat, "is no secret of an import; expected 64 hexadecimal digits",
          at: Place(path: path), advice: "name another file: one that is not there is made")
      }
      return (PseudonymKey(bytes: pairs.compactMap { $0 }), false)
    }
    var bytes = [UInt8](repeating: 0, count: 32)
    randombytes_buf(&bytes, bytes.count)
    let text = bytes.map { String(format: "%02x", $0) }.joined()
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw systemError("can't be written", path) }
    defer { close(descriptor) }
    try Array("\(text)\n".utf8).withUnsafeBytes {
      try AtomicFile.writeAll($0, to: descriptor, path: path)
    }
    return (PseudonymKey(bytes: bytes), true)
  }

  /// The key of a number, such as a patient's.
  func key(_ kind: String, _ number: String) -> String {
    var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
    let message = Array("\(kind)\u{0}\(number)".utf8)
    crypto_auth_hmacsha256(&code, message, UInt64(message.count), bytes)
    return code.prefix(8).map { String(format: "%02x", $0) }.joined()
  }
}
