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
    let temporary = TemporaryName.beside(path)
    let descriptor = open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
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
    flushFolder(of: path)
  }

  /// Flushes the folder that holds a path, so that a name that was moved there stays.
  package static func flushFolder(of path: String) {
    let folder = parentFolder(of: path)
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
    let reason = writeWhole(bytes, to: descriptor)
    guard reason == 0 else {
      errno = reason
      throw systemError("can't write", path)
    }
  }

  /// Makes a folder and those above it.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  public static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o777) == 0 { return }
    let reason = errno
    if reason == ENOENT {
      let above = parentFolder(of: path)
      if !above.isEmpty, above != path {
        try makeFolder(above)
        if mkdir(path, 0o777) == 0 { return }
      }
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return
    }
    errno = reason
    throw systemError("can't make the folder", path)
  }
}
