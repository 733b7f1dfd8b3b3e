import Basics
import Foundation

/// What a person writes to a run: `notes.json` in its folder.
package struct RunNote: Sendable, Equatable {
  package static let fileName = "notes.json"

  package var tags: [String]
  package var note: String

  /// Reads a run's; empty where nothing was written.
  ///
  /// - Throws: `ZooError` with file and line.
  package init(folder: String) throws {
    (tags, note) = ([], "")
    let path = "\(folder)/\(Self.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...1)
    tags = try root.strings("tags") ?? []
    note = try root.string("note")
    try root.finish()
  }

  /// Writes it into a run's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to folder: String) throws {
    let value: JSONValue = [
      "schema": 1, "tags": tags.json, "note": note.json,
    ]
    try AtomicFile.write(value.text() + "\n", to: "\(folder)/\(Self.fileName)")
  }
}
