import Basics
import Downloads
import Foundation

/// `built.json` beside a built plugin: all that is checked before anything of the plugin runs.
package struct PluginRecord: Sendable, Equatable {
  /// The file's name.
  package static let fileName = "built.json"

  /// The plugin's name.
  package var name: String
  /// The kit and compiler it was built with.
  package var kit: KitIdentity
  /// The SHA-256 of the library.
  package var digest: String
  /// The SHA-256 over the sources it was built from.
  package var sources: String
  /// What it registered when it was tried.
  package var contents: PluginContents
  /// Published weights of its encoders, as in `registry.json`.
  package var weightSets: JSONValue

  /// The name of the library's file.
  package var libraryName: String { "lib\(name).so" }

  init(
    name: String, kit: KitIdentity, digest: String, sources: String,
    contents: PluginContents, weightSets: JSONValue
  ) {
    self.name = name
    self.kit = kit
    self.digest = digest
    self.sources = sources
    self.contents = contents
    self.weightSets = weightSets
  }

  /// Reads the record in a folder.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(folder: String) throws {
    var root = try JSONValue.parse(contentsOf: "\(folder)/\(Self.fileName)").object()
    let schema = try root.required("schema")
    guard try schema.integer() == 1 else {
      throw ZooError(
        .unsupported, "unknown schema; this program reads schema 1", at: schema.place)
    }
    name = try root.string("name")
    kit = try KitIdentity(root.required("kit"))
    digest = try root.string("sha256")
    sources = try root.string("sources")
    contents = try PluginContents(&root)
    weightSets = try root.required("weightSets")
    try root.finish()
  }

  /// Writes the record to a folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    let members: [(key: String, value: JSONValue)] =
      [
        ("schema", 1), ("name", name.json), ("kit", kit.json),
        ("sha256", digest.json), ("sources", sources.json),
      ] + contents.members + [("weightSets", weightSets)]
    try AtomicFile.write(
      JSONValue(.object(members)).text() + "\n", to: "\(folder)/\(Self.fileName)")
  }

  /// A SHA-256 over files: their names and contents.
  static func digest(ofSources paths: [String]) throws -> String {
    let stream = try SHA256Stream()
    for path in paths {
      let line = "\(lastName(of: path)) \(try sha256(ofFile: path))\n"
      try Array(line.utf8).withUnsafeBytes { try stream.update($0) }
    }
    return try stream.finish()
  }
}
