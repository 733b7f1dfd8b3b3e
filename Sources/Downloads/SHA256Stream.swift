import Basics
import CTransfer
import Foundation

/// A SHA-256 of bytes that come piece by piece, by OpenSSL's libcrypto.
package struct SHA256Stream: ~Copyable {
  private let digest: OpaquePointer

  /// The hash of no bytes yet.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where libcrypto has no SHA-256.
  package init() throws {
    guard let digest = zooDigestCreate() else { throw SHA256Stream.failure }
    self.digest = digest
  }

  deinit { zooDigestDestroy(digest) }

  /// Takes in bytes.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
  package func update(_ bytes: UnsafeRawBufferPointer) throws {
    guard zooDigestUpdate(digest, bytes.baseAddress, bytes.count) else {
      throw SHA256Stream.failure
    }
  }

  /// The 64 hexadecimal digits, lower case.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
  package consuming func finish() throws -> String {
    var bytes = [UInt8](repeating: 0, count: Int(zooDigestSize))
    guard zooDigestFinish(digest, &bytes) else { throw SHA256Stream.failure }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static var failure: ZooError {
    ZooError(
      .unsupported, "libcrypto can't compute a SHA-256",
      advice: "Check OpenSSL's configuration (openssl dgst -sha256).")
  }
}

/// The SHA-256 of a file's bytes, as 64 hexadecimal digits in lower case.
///
/// - Throws: `ZooError` of code `.notFound` or `.system` that names the path, `Interrupted` when a
///   signal asks to stop.
package func sha256(ofFile path: String) throws -> String {
  try sha256(ofFile: path) { _ in try Interruption.check() }
}

/// The SHA-256 of a file's bytes; `onPiece` hears how many were read since it was called last.
package func sha256(ofFile path: String, onPiece: (Int) throws -> Void) throws -> String {
  let descriptor = try openPlainFile(path)
  defer { close(descriptor) }
  let stream = try SHA256Stream()
  try forEachPiece(of: descriptor, path: path) { bytes in
    try stream.update(bytes)
    try onPiece(bytes.count)
  }
  return try stream.finish()
}

/// Reads a descriptor from where it stands to the end, a megabyte at a time.
///
/// - Throws: `ZooError` of code `.system` that names the path, or what `body` throws.
package func forEachPiece(
  of descriptor: Int32, path: String, _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
  defer { buffer.deallocate() }
  while true {
    let count = read(descriptor, buffer.baseAddress, buffer.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw systemError("can't be read", path) }
    if count == 0 { return }
    try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
}
