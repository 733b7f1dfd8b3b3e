import Basics
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
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw ZooError(
        .system, "the folder can't be read: \(error.localizedDescription)", at: Place(path: folder))
    }
  }

  /// Refuses a folder that holds something else than what a stopped command of the same kind leaves.
  ///
  /// - Throws: `ZooError` of code `.conflict`.
  package static func check(_ folder: String, allowing own: [String]) throws {
    let found = try entries(of: folder) ?? []
    let foreign = found.filter { !own.contains($0) && !$0.hasSuffix(".tmp") }
    guard foreign.isEmpty else { throw refusal(of: folder, holding: foreign) }
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
