import Basics
import Foundation

/// A secret key in minisign's form, its file encrypted by a passphrase or plain.
package struct MinisignSecretKey: Sendable {
  private let id: KeyID
  private let secret: [UInt8]

  /// The costs of a new key's passphrase in libsodium's terms: scrypt with N = 2¹⁷, r = 8, p = 1,
  /// 128 MB.
  private static let (operations, memory) = (UInt64(1 << 22), UInt64(1 << 27))
  /// Most memory that a key file may ask for: twice what minisign's do.
  private static let maximumMemory = UInt64(2 << 30)

  /// A new key.
  package init() {
    id = KeyID(bytes: Sodium.random(8))
    secret = Sodium.keyPair(seed: Sodium.random(Sodium.seedSize)).secretKey
  }

  /// The key of a seed, for tests.
  init(seed: [UInt8], id: [UInt8]) {
    self.id = KeyID(bytes: id)
    secret = Sodium.keyPair(seed: seed).secretKey
  }

  package var publicKey: MinisignPublicKey {
    MinisignPublicKey(id: id, bytes: Array(secret.suffix(Sodium.publicKeySize)))
  }

  /// Reads a key file; `passphrase` is asked for when the key is encrypted.
  ///
  /// - Throws: `ZooError` of code `.badFormat`, `.unsupported`, or `.untrusted` for a wrong
  ///   passphrase; and what `passphrase` throws.
  package init(file data: Data, path: String, passphrase: () throws -> String) throws {
    let lines = try MinisignText.lines(data, count: 2, what: "secret key", path: path)
    _ = try MinisignText.comment(lines[0], after: MinisignText.untrusted, line: 1, path: path)
    let bytes = try MinisignText.bytes(lines[1], count: 158, line: 2, path: path)
    let place = Place(path: path, line: 2)
    let (algorithm, derivation) = (Array(bytes[0..<2]), Array(bytes[2..<4]))
    guard algorithm == Array("Ed".utf8), Array(bytes[4..<6]) == Array("B2".utf8) else {
      throw ZooError(.unsupported, "the key is of an unknown kind; expected Ed25519", at: place)
    }
    var content = Array(bytes[54...])
    switch derivation {
    case [0, 0]: break
    case Array("Sc".utf8):
      let (operations, memory) = (Self.number(bytes[38..<46]), Self.number(bytes[46..<54]))
      guard operations <= UInt64(1) << 30, memory <= Self.maximumMemory else {
        throw ZooError(
          .unsupported,
          "the key's passphrase would need \(memory >> 20) MB of memory; expected at most "
            + "\(Self.maximumMemory >> 20)", at: place)
      }
      let stream = try Sodium.stream(
        passphrase: passphrase(), salt: Array(bytes[6..<38]), operations: operations,
        memory: memory, count: content.count)
      for index in content.indices { content[index] ^= stream[index] }
    default:
      throw ZooError(
        .unsupported, "the key's passphrase is used in an unknown way; expected scrypt", at: place)
    }
    id = KeyID(bytes: Array(content[0..<8]))
    secret = Array(content[8..<72])
    // minisign leaves a plain key's checksum unread, and so may be what wrote it.
    guard derivation == [0, 0] || Array(content[72...]) == checksum else {
      throw ZooError(.untrusted, "the passphrase is not that of the key", at: Place(path: path))
    }
    guard Sodium.keyPair(seed: Array(secret.prefix(Sodium.seedSize))).secretKey == secret else {
      throw ZooError(.badFormat, "the two halves of the key don't belong together", at: place)
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private var checksum: [UInt8] {
    Sodium.blake2b(Data(Array("Ed".utf8) + id.bytes + secret), size: 32)
  }

  /// The content of a key file, encrypted unless the passphrase is nil.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where there is not memory enough.
  package func fileText(passphrase: String?) throws -> String {
    var content = id.bytes + secret + checksum
    var head = Array("Ed".utf8)
    if let passphrase {
      let salt = Sodium.random(32)
      let stream = try Sodium.stream(
        passphrase: passphrase, salt: salt, operations: Self.operations, memory: Self.memory,
        count: content.count)
      for index in content.indices { content[index] ^= stream[index] }
      head += Array("ScB2".utf8) + salt
      for number in [Self.operations, Self.memory] {
        head += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
    } else {
      head += [0, 0] + Array("B2".utf8) + [UInt8](repeating: 0, count: 48)
    }
    let title = passphrase == nil ? "minisign secret key" : "minisign encrypted secret key"
    return "\(MinisignText.untrusted)\(title)\n"
      + "\(Data(head + content).base64EncodedString())\n"
  }

  /// The content of a signature file for a message, which holds the trusted comment.
  ///
  /// The same key, message and comment give the same bytes.
  ///
  /// - Precondition: the comment is one line.
  package func sign(_ message: Data, trustedComment: String) -> Data {
    precondition(!trustedComment.contains("\n") && !trustedComment.contains("\r"), trustedComment)
    let signature = Sodium.sign(Sodium.blake2b(message, size: 64), secretKey: secret)
    let global = Sodium.sign(signature + Array(trustedComment.utf8), secretKey: secret)
    let line = Data(Array("ED".utf8) + id.bytes + signature).base64EncodedString()
    return Data(
      ("\(MinisignText.untrusted)signature from the key \(id)\n\(line)\n"
        + "\(MinisignText.trusted)\(trustedComment)\n\(Data(global).base64EncodedString())\n").utf8)
  }
}
