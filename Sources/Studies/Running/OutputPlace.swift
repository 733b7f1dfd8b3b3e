import Basics
import Downloads
import Foundation

/// A folder that a command is about to write to.
package enum OutputPlace {
  /// What a folder holds, without hidden files; nil where it is not there.
  ///
  /// - Throws: `ZooError` where something else than a folder is there, or one that can't be read.
  package static func entries(of folder: String) throws -> [String]? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return nil }
    guard isFolder.boolValue else {
      throw ZooError(
        .conflict, "is a file; expected a folder, or nothing", at: Place(path: folder),
        advice: "choose another --output")
    }
    return try folderEntries(folder).filter { !$0.hasPrefix(".") }
  }

  /// Refuses a folder that holds something else than what a stopped command of the same kind leaves.
  ///
  /// - Throws: `ZooError` of code `.conflict`.
  package static func check(_ folder: String, allowing own: [String]) throws {
    let found = try entries(of: folder) ?? []
    let foreign = found.filter { !own.contains($0) && !$0.hasSuffix(".tmp") }
    guard foreign.isEmpty else { throw refusal(of: folder, holding: foreign) }
  }

  /// Whether the run that was begun in a folder is gone on with; without one the folder must hold nothing but
  /// what a stopped beginning leaves.
  ///
  /// - Throws: `ZooError` of code `.conflict`.
  package static func goesOn(
    _ folder: String, isBegun: Bool, resumes: Bool, allowing own: [String] = []
  ) throws -> Bool {
    guard isBegun else {
      try check(folder, allowing: own)
      return false
    }
    guard resumes else {
      throw ZooError(
        .conflict, "a run is already there", at: Place(path: folder),
        advice: "go on with it by --resume, or choose another --output")
    }
    return true
  }

  /// Runs `body` while no other process or thread works in a folder by this function; what processes
  /// that are gone left half-written in it is removed before.
  ///
  /// The lock is a hidden file beside the folder, `.NAME.lock`, which the system lets go when the process
  /// ends, however it ends.
  ///
  /// - Throws: `ZooError` of code `.conflict` when somebody else works there, or where it can't be written
  ///   to; or what `body` throws.
  package static func locked<Result>(_ folder: String, _ body: () throws -> Result) throws -> Result
  {
    try checkWritable(folder)
    let target = URL(fileURLWithPath: folder).standardizedFileURL
    let parent = target.deletingLastPathComponent().path
    try AtomicFile.makeFolder(parent)
    var name = target.lastPathComponent
    while name.utf8.count > 120 { name.removeLast() }
    let lock = try FileLock("\(parent)/.\(name).lock") {
      throw ZooError(
        .conflict, "another zoo is at work in this folder", at: Place(path: folder),
        advice: "wait until it has ended, or choose another --output")
    }
    TemporaryName.removeRemains(below: folder)
    let result = try body()
    _ = consume lock
    return result
  }

  /// The error for a folder with something of others in it.
  private static func refusal(of folder: String, holding names: [String]) -> ZooError {
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    return ZooError(
      .conflict,
      "something else is already there: \(names.prefix(3).joined(separator: ", "))\(more)",
      at: Place(path: folder), advice: "choose another --output: a new folder, or an empty one")
  }
}
