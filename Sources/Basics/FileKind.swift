import Foundation

/// What stands at a path, links followed.
package enum FileKind: Sendable {
  case file, folder
  /// A pipe, a device, a socket.
  case other

  /// The kind of what is there; nil where nothing is.
  ///
  /// `FileManager` takes several times as long.
  package init?(at path: String) {
    var status = stat()
    guard !path.isEmpty, !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
  }
}
