import Basics
import CSodium
import Foundation

/// The few calls of libsodium that minisign's formats need.
///
/// libsodium and not libcrypto: a secret key's checksum is BLAKE2b of 32 bytes, which OpenSSL 3.0
/// has not.
enum Sodium {
  static let seedSize = 32
  static let publicKeySize = 32
  static let secretKeySize = 64
  static let signatureSize = 64

  private static let isReady = sodium_init() >= 0

  /// Bytes that nobody can guess.
  static func random(_ count: Int) -> [UInt8] {
    precondition(isReady, "libsodium can't be set up")
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }

  /// The key pair of a seed: the public key, and the secret one, which is the seed and the public.
  static func keyPair(seed: [UInt8]) -> (publicKey: [UInt8], secretKey: [UInt8]) {
    precondition(isReady && seed.count == seedSize, "a seed of \(seed.count) bytes")
    var open = [UInt8](repeating: 0, count: publicKeySize)
    var secret = [UInt8](repeating: 0, count: secretKeySize)
    crypto_sign_seed_keypair(&open, &secret, seed)
    return (open, secret)
  }

  /// An Ed25519 signature of a message.
  static func sign(_ message: [UInt8], secretKey: [UInt8]) -> [UInt8] {
    precondition(isReady && secretKey.count == secretKeySize, "a key of \(secretKey.count) bytes")
    var signature = [UInt8](repeating: 0, count: signatureSize)
    crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
    return signature
  }

  static func verify(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
    precondition(isReady, "libsodium can't be set up")
    guard signature.count == signatureSize, publicKey.count == publicKeySize else { return false }
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
  }

  /// BLAKE2b of `size` bytes, without a key (RFC 7693).
  static func blake2b(_ data: Data, size: Int) -> [UInt8] {
    precondition(isReady && (16...64).contains(size), "a hash of \(size) bytes")
    var digest = [UInt8](repeating: 0, count: size)
    data.withUnsafeBytes { bytes in
      let start = bytes.bindMemory(to: UInt8.self).baseAddress
      _ = crypto_generichash(&digest, size, start, UInt64(bytes.count), nil, 0)
    }
    return digest
  }

  /// A key stream from a passphrase by scrypt (RFC 7914), its parameters in libsodium's terms.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where there is not memory enough.
  static func stream(
    passphrase: String, salt: [UInt8], operations: UInt64, memory: UInt64, count: Int
  ) throws -> [UInt8] {
    precondition(isReady && salt.count == 32, "a salt of \(salt.count) bytes")
    var output = [UInt8](repeating: 0, count: count)
    let status = passphrase.withCString {
      crypto_pwhash_scryptsalsa208sha256(
        &output, UInt64(count), $0, UInt64(passphrase.utf8.count), salt, operations, Int(memory))
    }
    guard status == 0 else {
      throw ZooError(
        .unsupported, "the key's passphrase needs \(memory >> 20) MB of memory, which are not there"
      )
    }
    return output
  }
}
