import Basics
import Foundation

/// What is seen of an output before any work is done for it.
extension OutputPlace {
  /// Bytes of a path that what is written in a folder may add.
  private static let room = 400

  /// Sees that a folder can be written to, or made: a small file is written and taken away again where it
  /// is, or will be.
  ///
  /// - Throws: `ZooError` that names the part of the path that is in the way, and the system's reason.
  package static func checkWritable(_ folder: String) throws {
    try checkNames(folder)
    try probe(try nearest(folder), for: folder)
  }

  /// Sees that a new file can be written: its folder is there, and its name is free.
  ///
  /// - Throws: `ZooError` that names the path and what is in the way.
  package static func checkFile(_ path: String, advice: String = "choose another --output") throws {
    try checkNames(path)
    var status = stat()
    guard lstat(path, &status) != 0 else {
      throw ZooError(
        .conflict, "the file is already there", at: Place(path: path), advice: advice)
    }
    let parent = parentFolder(of: path)
    let folder = parent.isEmpty ? "." : parent
    guard stat(folder, &status) == 0 else {
      throw ZooError(
        errno == ENOENT ? .notFound : .system,
        errno == ENOENT
          ? "no such folder to write into"
          : "can't be written to: \(String(cString: strerror(errno)))",
        at: Place(path: folder), advice: "make it, or \(advice)")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw notAFolder(folder, advice) }
    try probe(folder, for: path, advice: advice)
  }

  /// The folder itself, or the nearest of those above it that is there.
  private static func nearest(_ folder: String) throws -> String {
    var place = URL(fileURLWithPath: folder).standardizedFileURL.path
    while true {
      var status = stat()
      if stat(place, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFDIR else { throw notAFolder(place) }
        return place
      }
      let reason = errno
      if lstat(place, &status) == 0, reason == ENOENT {
        throw ZooError(
          .conflict, "is a link that leads nowhere", at: Place(path: place),
          advice: "choose another --output")
      }
      guard reason == ENOENT || reason == ENOTDIR, place != "/" else {
        errno = reason
        throw advised(systemError("can't be written to", place))
      }
      place = parentFolder(of: place)
    }
  }

  private static func notAFolder(_ path: String, _ advice: String = "choose another --output")
    -> ZooError
  {
    ZooError(.conflict, "is a file; expected a folder", at: Place(path: path), advice: advice)
  }

  private static func probe(
    _ folder: String, for output: String, advice: String = "choose another --output"
  ) throws {
    let descriptor = unnamed(folder)
    guard descriptor >= 0 else {
      throw advised(systemError("nothing can be written there", folder), advice)
    }
    defer { close(descriptor) }
    let bytes = [UInt8](repeating: 0, count: 1 << 16)
    do {
      try bytes.withUnsafeBytes {
        try AtomicFile.writeAll($0, to: descriptor, path: folder)
      }
      guard fsync(descriptor) == 0 else { throw systemError("can't flush", folder) }
    } catch let error as ZooError { throw advised(error, advice) }
  }

  /// A file without a name, so that nothing is left whenever the process ends; -1 with `errno` set.
  private static func unnamed(_ folder: String) -> Int32 {
    // `O_TMPFILE`, a macro that Swift does not see.
    let unnamed = open(folder, O_WRONLY | O_CLOEXEC | O_DIRECTORY | 0o20_000_000, 0o600)
    // Some file systems, such as NFS, have no such files: one with a name loses it at once.
    guard unnamed < 0, [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(errno) else { return unnamed }
    let temporary = TemporaryName.beside("\(folder)/zoo")
    let named = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if named >= 0 { unlink(temporary) }
    return named
  }

  private static func advised(_ error: ZooError, _ advice: String = "choose another --output")
    -> ZooError
  {
    ZooError(
      error.code, error.message, at: error.place,
      advice: "make writing possible there, or \(advice)")
  }

  /// Refuses names that are longer than file systems take.
  private static func checkNames(_ path: String) throws {
    let longest = path.split(separator: "/").max { $0.utf8.count < $1.utf8.count } ?? ""
    guard longest.utf8.count <= Int(NAME_MAX) else {
      throw ZooError(
        .badValue,
        "the name \"\(longest.prefix(20))…\" has \(longest.utf8.count) bytes; file systems take "
          + "\(NAME_MAX)", advice: "choose a shorter one")
    }
    guard path.utf8.count + room < Int(PATH_MAX) else {
      throw ZooError(
        .badValue,
        "the path has \(path.utf8.count) bytes; expected at most \(Int(PATH_MAX) - room - 1)",
        at: Place(path: "\(path.prefix(40))…"), advice: "choose a shorter one")
    }
  }
}
