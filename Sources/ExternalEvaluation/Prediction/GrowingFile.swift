import Basics
import Foundation

/// A file that grows by whole pieces of work, and is cut back to the last one that is known.
struct GrowingFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  /// The bytes so far.
  private(set) var size: Int

  /// Opens a file, made where it is not there, and cuts it to `size` bytes.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path; `.conflict` where it is shorter.
  init(_ path: String, size: Int) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw systemError("can't write", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) >= size else {
      close(descriptor)
      throw ZooError(
        .conflict, "is shorter than the \(size) bytes that were written to it",
        at: Place(path: path),
        advice: "remove it and the other .partial files beside it, and start anew")
    }
    guard ftruncate(descriptor, off_t(size)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      close(descriptor)
      throw systemError("can't write", path)
    }
    self.path = path
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  /// Adds a text.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  mutating func append(_ text: String) throws {
    let bytes = Data(text.utf8)
    try bytes.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
    size += bytes.count
  }

  /// Waits until the disk has everything.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func flush() throws {
    guard fsync(descriptor) == 0 else { throw systemError("can't flush", path) }
  }
}
