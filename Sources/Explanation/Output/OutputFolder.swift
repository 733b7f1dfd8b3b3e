import Basics
import Foundation
import Studies

/// Folders that are written whole or not at all: beside the target, then renamed to it.
package enum OutputFolder {
  /// Refuses a folder that can't be written to: one that is there and not empty, or that the system does
  /// not let be made.
  ///
  /// - Throws: `ZooError` of code `.conflict`, or of what is in the way.
  package static func check(_ folder: String) throws {
    try OutputPlace.checkWritable(folder)
    guard FileManager.default.fileExists(atPath: folder) else { return }
    guard try folderEntries(folder).isEmpty else {
      throw ZooError(
        .conflict, "something is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
  }

  /// Lets `body` fill a temporary folder, then moves it into place.
  ///
  /// - Throws: what `body` throws; `ZooError` of code `.conflict` for a folder with content, `.system`
  ///   that names the path. The temporary folder is removed.
  package static func write(_ folder: String, _ body: (String) throws -> Void) throws {
    try check(folder)
    let target = URL(fileURLWithPath: folder)
    try AtomicFile.makeFolder(target.deletingLastPathComponent().path)
    let temporary = TemporaryName.beside(target.path)
    do {
      try AtomicFile.makeFolder(temporary)
      try body(temporary)
      // An empty folder gives way; anything else makes the move fail.
      rmdir(target.path)
      guard rename(temporary, target.path) == 0 else { throw systemError("can't write", folder) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }
}
