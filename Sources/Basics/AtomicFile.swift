import Foundation

/// Files that are written whole or not at all: to a temporary file beside the target, flushed to
/// the disk, renamed over it, the folder flushed.
public enum AtomicFile {
  /// Writes all bytes to a path; the old content stays until the new one is complete.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  public static func write(_ data: Data, to path: String) throws {
    try write(to: path) { descriptor in
      try data.withUnsafeBytes { bytes in try writeAll(bytes, to: descriptor, path: path) }
    }
  }

  /// Writes a text as UTF-8.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  public static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  /// Lets `body` write to the descriptor of a temporary file, then moves the file into place.
  ///
  /// - Throws: what `body` throws, or `ZooError` of code `.system`; the temporary file is removed.
  public static func write(to path: String, _ body: (Int32) throws -> Void) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError("can't write", path) }
    do {
      try body(descriptor)
      guard fsync(descriptor) == 0 else { throw systemError("can't flush", path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = systemError("can't write", path)
      unlink(temporary)
      throw failure
    }
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Writes every byte to a descriptor, going on after partial writes.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  public static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws {
    guard let start = bytes.baseAddress else { return }
    var offset = 0
    while offset < bytes.count {
      let written = Foundation.write(
        descriptor, start + offset, min(bytes.count - offset, 1 << 30))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw systemError("can't write", path) }
      offset += written
    }
  }

  /// Makes a folder and those above it.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  public static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch { throw ZooError(.system, "can't make the folder: \(error)", at: Place(path: path)) }
  }
}

/// An error that carries the operating system's reason.
package func systemError(_ what: String, _ path: String) -> ZooError {
  ZooError(.system, "\(what): \(String(cString: strerror(errno)))", at: Place(path: path))
}

/// The whole content of a file.
///
/// - Throws: `ZooError` of code `.notFound` that names the path and the reason.
public func readFile(_ path: String) throws -> Data {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw ZooError(.notFound, "no such file", at: Place(path: path))
  }
  if isFolder.boolValue {
    throw ZooError(.notFound, "is a folder; expected a file", at: Place(path: path))
  }
  do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
    throw ZooError(.notFound, "can't be read: \(error.localizedDescription)", at: Place(path: path))
  }
}
