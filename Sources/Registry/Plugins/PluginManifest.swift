import Basics
import Foundation

/// `plugin.json`: what a plugin's author says of it.
package struct PluginManifest: Sendable, Equatable {
  /// What a plugin brings.
  package enum Kind: String, Sendable, CaseIterable {
    /// Encoders of images.
    case image
    /// Encoders of texts.
    case text
    /// Fusion heads.
    case fusion
  }

  /// The plugin's name: its module's, and the end of its entry point's.
  package let name: String
  /// What it brings.
  package let kind: Kind
  /// The encoders' names in specifications, as the author says; the library must register the same.
  package let encoders: [String]
  /// The fusion heads' names, likewise.
  package let fusionHeads: [String]
  /// Published weights of its encoders, as in `registry.json`.
  package let weightSets: JSONValue
  /// The folder that holds the file.
  package let folder: String

  /// Reads `plugin.json` of a folder.
  ///
  /// - Throws: `ZooError` with the line of what is unknown, missing or of the wrong type.
  package init(folder: String) throws {
    self.folder = folder
    let path = "\(folder)/plugin.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw ZooError(
        .notFound, "no plugin.json there, so it is no plugin's folder", at: Place(path: folder),
        advice: "name the folder that \"zoo plugin new\" wrote")
    }
    var root = try JSONValue.parse(contentsOf: path).object()
    let schema = try root.required("schema")
    guard try schema.integer() == 1 else {
      throw ZooError(
        .unsupported, "unknown schema; this program reads schema 1", at: schema.place)
    }
    let named = try root.required("name")
    name = try named.string()
    try Self.check(name: name, at: named.place)
    kind = try root.choice("kind")
    // What its kind says it brings must be listed; it may bring the other as well.
    let main = try root.required(kind == .fusion ? "fusionHeads" : "encoders")
    let mainNames = try main.array().map { try $0.string() }
    let others = try root.strings(kind == .fusion ? "encoders" : "fusionHeads") ?? []
    (encoders, fusionHeads) = kind == .fusion ? (others, mainNames) : (mainNames, others)
    weightSets = root.value("weightSets") ?? JSONValue(.array([]))
    for set in try weightSets.array() { _ = try WeightSet(set) }
    try root.finish()
  }

  /// The Swift files below `Sources`, in the order of their paths.
  ///
  /// - Throws: `ZooError` of code `.notFound` where there are none.
  package func sources() throws -> [String] {
    let root = "\(folder)/Sources"
    let found = (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? [])
      .filter { $0.hasSuffix(".swift") }.sorted()
    guard !found.isEmpty else {
      throw ZooError(.notFound, "no Swift files there", at: Place(path: root))
    }
    return found.map { "\(root)/\($0)" }
  }

  /// Demands a name that can be a Swift module of its own.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package static func check(name: String, at place: Place = Place()) throws {
    let isWord = name.utf8.allSatisfy { byte in
      [
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
      ].contains { $0.contains(byte) }
    }
    guard let first = name.unicodeScalars.first, ("A"..."Z").contains(first), isWord,
      name.count <= 40
    else {
      throw ZooError(
        .badValue,
        "\"\(name)\" can't be a plugin's name; expected letters and digits, a capital first, "
          + "such as MyNet", at: place)
    }
    // A module of the same name would hide the program's own from the compiler.
    let taken = (try? KitFolder.find()).map { kit in
      FileManager.default.fileExists(atPath: "\(kit.modules)/\(name).swiftmodule")
    }
    guard taken != true, !reserved.contains(name) else {
      throw ZooError(
        .conflict, "\"\(name)\" is the name of a module of the program", at: place,
        advice: "choose another name")
    }
  }

  private static let reserved = KitFolder.moduleNames + ["Swift", "Foundation", "Glibc", "Testing"]
}
