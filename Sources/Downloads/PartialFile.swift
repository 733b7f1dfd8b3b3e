import Basics
import Foundation

/// The beginning of a file on the disk, with the hash of what is there.
///
/// Used by one thread, under the file's lock.
final class PartialFile {
  let path: String
  private let notePath: String
  private let url: String
  private var descriptor: Int32
  private var stream: SHA256Stream?
  /// Bytes written and hashed.
  private(set) var count = 0
  /// Nil when the file can't be gone on with.
  private(set) var note: PartialNote?
  /// Whether bytes of more than one answer are in the file.
  private(set) var isPatched = false

  /// Opens what an earlier try left, hashing it, or an empty file.
  ///
  /// What belongs to another address, can't be continued or is longer than `limit` is emptied.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path, or what `onPiece` throws.
  init(path: String, url: String, limit: Int, onPiece: (Int) throws -> Void) throws {
    self.path = path
    self.url = url
    notePath = "\(path).json"
    stream = try SHA256Stream()
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw systemError("can't be written", path) }
    do {
      try take(limit: limit, onPiece)
    } catch {
      close()
      throw error
    }
  }

  deinit { close() }

  private func take(limit: Int, _ onPiece: (Int) throws -> Void) throws {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw systemError("can't be read", path) }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw ZooError(
        .system, "is no plain file", at: Place(path: path), advice: "Move it elsewhere.")
    }
    guard let found = PartialNote(contentsOf: notePath), found.url == url,
      information.st_size <= limit, information.st_size > 0
    else { return try startOver() }
    try forEachPiece(of: descriptor, path: path) { bytes in
      try stream?.update(bytes)
      count += bytes.count
      try onPiece(bytes.count)
    }
    note = found
    isPatched = true
  }

  /// - Throws: `ZooError` of code `.system` that names the path.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    try AtomicFile.writeAll(bytes, to: descriptor, path: path)
    try stream?.update(bytes)
    count += bytes.count
  }

  /// Empties the file.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func startOver() throws {
    unlink(notePath)
    note = nil
    isPatched = false
    count = 0
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw systemError("can't be emptied", path)
    }
    stream = try SHA256Stream()
  }

  /// Notes that a further answer continues the file.
  func goOn() { isPatched = true }

  /// Notes what a first answer said, so that a later request can go on; without a validator none
  /// can.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func remember(_ validator: Validator?, total: Int?) throws {
    note = validator.map { PartialNote(url: url, validator: $0, total: total) }
    try note?.write(to: notePath)
  }

  /// The hash of all bytes; the file takes no more afterwards, unless it starts over.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
  func digest() throws -> String {
    guard let finished = stream.take() else {
      throw ZooError(.unsupported, "the hash was taken twice", at: Place(path: path))
    }
    return try finished.finish()
  }

  /// Flushes the file to the disk and gives it its final name.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func move(to final: String) throws {
    guard fsync(descriptor) == 0 else { throw systemError("can't flush", path) }
    close()
    guard rename(path, final) == 0 else { throw systemError("can't be put in place", final) }
    unlink(notePath)
    let folder = parentFolder(of: final)
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      Foundation.close(directory)
    }
  }

  /// Removes every trace.
  func discard() {
    close()
    unlink(path)
    unlink(notePath)
  }

  /// Leaves the file for a later try if one can go on with it; else removes every trace.
  func keepIfUseful() {
    if count > 0, note != nil { close() } else { discard() }
  }

  private func close() {
    if descriptor >= 0 { Foundation.close(descriptor) }
    descriptor = -1
  }
}
