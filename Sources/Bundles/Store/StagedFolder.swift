import Basics
import Foundation

/// Folders that are written whole or not at all: filled beside the target under a hidden name,
/// flushed to the disk, renamed.
package enum StagedFolder {
  /// What hidden names of folders under way begin with.
  static let prefix = ".staged-"

  /// Lets `body` fill a new folder and puts it in place; `path` must not be there.
  ///
  /// - Throws: what `body` throws, or `ZooError` of code `.conflict` or `.system`; nothing is left.
  package static func write(to path: String, _ body: (String) throws -> Void) throws {
    let target = URL(fileURLWithPath: path).standardizedFileURL
    let parent = target.deletingLastPathComponent().path
    try AtomicFile.makeFolder(parent)
    let staged = "\(parent)/\(prefix)\(target.lastPathComponent)-\(getpid())"
    try remove(staged)
    try AtomicFile.makeFolder(staged)
    do {
      try body(staged)
      try place(staged, at: target.path)
    } catch {
      try? remove(staged)
      throw error
    }
  }

  /// Flushes a filled folder and gives it its name.
  static func place(_ staged: String, at path: String) throws {
    try flush(staged)
    var information = stat()
    guard lstat(path, &information) != 0 else {
      throw ZooError(.conflict, "is there already", at: Place(path: path))
    }
    guard rename(staged, path) == 0 else {
      if errno == EEXIST || errno == ENOTEMPTY {
        throw ZooError(.conflict, "is there already", at: Place(path: path))
      }
      throw systemError("can't be put in place", path)
    }
    flushFolder(parentFolder(of: path))
  }

  /// Removes a folder and all in it; nothing where there is none.
  static func remove(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try removeTree(path)
  }

  private static func flush(_ folder: String) throws {
    for name in try folderEntries(folder) {
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        try flush(path)
      }
    }
    flushFolder(folder)
  }

  static func flushFolder(_ path: String) {
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }
}
