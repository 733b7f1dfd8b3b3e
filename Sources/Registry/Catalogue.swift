import Basics
import Bundles
import EncoderKit
import Foundation

/// `registry.json`: the names that specifications may use, and the plugin behind each.
package struct Catalogue: Sendable, Equatable {
  /// An encoder of the catalogue.
  package struct Encoder: Sendable, Equatable {
    package let name: String
    package let modality: EncoderDescription.Modality
    package let plugin: String
    package let place: Place
    /// The plugin where it was installed from outside; nil where it is linked into the program.
    package var installed: InstalledPlugin?
  }

  /// A fusion head of the catalogue.
  package struct Head: Sendable, Equatable {
    package let name: String
    package let plugin: String
    package let place: Place
    /// The plugin where it was installed from outside; nil where it is linked into the program.
    package var installed: InstalledPlugin?
  }

  package let path: String
  package private(set) var encoders: [Encoder]
  /// Fusion heads by name.
  package private(set) var fusionHeads: [Head]
  /// Published weights by name.
  package private(set) var weightSets: [WeightSet]
  /// Published word vectors by name.
  package let vectorSets: [VectorSet]

  /// The bundles that come with the program; nil in a catalogue without any.
  package let bundles: BundleIndex?

  /// Reads and checks the file.
  ///
  /// - Throws: `ZooError` with the line of what is unknown, missing, of the wrong type or twice there.
  package init(path: String) throws { try self.init(readFile(path), path: path) }

  /// The same of a file's content; `path` is what messages call it, and `weights` beside it holds the bundles
  /// that come with it.
  ///
  /// - Throws: As `init(path:)`.
  package init(_ content: Data, path: String) throws {
    self.path = path
    var root = try JSONValue.parse(content, path: path).object()
    let schema = try root.required("schema")
    guard try schema.integer() == 1 else {
      throw ZooError(
        .unsupported, "unknown schema; this program reads schema 1", at: schema.place)
    }
    encoders = try root.required("encoders").array().map { value in
      var object = try value.object()
      let encoder = Encoder(
        name: try object.string("name"),
        modality: try object.choice("modality"),
        plugin: try object.string("plugin"), place: value.place)
      try object.finish()
      return encoder
    }
    var seen: Set<String> = []
    for encoder in encoders where !seen.insert(encoder.name).inserted {
      throw ZooError(
        .badValue, "the encoder \"\(encoder.name)\" stands twice", at: encoder.place)
    }
    fusionHeads = try root.required("fusionHeads").array().map { value in
      var object = try value.object()
      let head = Head(
        name: try object.string("name"), plugin: try object.string("plugin"), place: value.place)
      try object.finish()
      return head
    }
    var heads: Set<String> = []
    for head in fusionHeads where !heads.insert(head.name).inserted {
      throw ZooError(.badValue, "the fusion head \"\(head.name)\" stands twice", at: head.place)
    }
    weightSets = try root.value("weightSets")?.array().map { try WeightSet($0) } ?? []
    vectorSets = try root.value("vectorSets")?.array().map { try VectorSet($0) } ?? []
    bundles = try root.value("models") == nil ? nil : BundleIndex(&root)
    try root.finish()
    var names: Set<String> = []
    for set in vectorSets where !names.insert(set.name).inserted {
      throw ZooError(.badValue, "the vector set \"\(set.name)\" stands twice", at: set.place)
    }
    for set in weightSets {
      guard names.insert(set.name).inserted else {
        throw ZooError(.badValue, "the weight set \"\(set.name)\" stands twice", at: set.place)
      }
      guard seen.contains(set.encoder) else {
        throw ZooError(
          .badValue,
          "unknown encoder \"\(set.encoder)\"; "
            + suggestion(for: set.encoder, among: encoders.map(\.name)), at: set.place)
      }
    }
  }

  /// A weight set by name.
  ///
  /// - Throws: `ZooError` that names the nearest valid name.
  package func weightSet(_ name: String, at place: Place = Place()) throws -> WeightSet {
    guard let found = weightSets.first(where: { $0.name == name }) else {
      throw ZooError(
        .badValue,
        "unknown weight set \"\(name)\"; "
          + suggestion(for: name, among: weightSets.map(\.name) + vectorSets.map(\.name)),
        at: place)
    }
    return found
  }

  /// Takes an installed plugin's encoders, fusion heads and weight sets out again.
  package mutating func remove(plugin name: String) {
    let gone = Set(encoders.filter { $0.installed?.record.name == name }.map(\.name))
    weightSets.removeAll { gone.contains($0.encoder) }
    encoders.removeAll { gone.contains($0.name) }
    fusionHeads.removeAll { $0.installed?.record.name == name }
  }

  /// Adds an installed plugin's encoders, fusion heads and weight sets.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a name that is taken, `.badValue` for a weight set of
  ///   another plugin's encoder; the catalogue is then as it was.
  package mutating func add(_ plugin: InstalledPlugin) throws {
    let record = plugin.record
    let known = encoders.map { ($0.name, $0.plugin) } + fusionHeads.map { ($0.name, $0.plugin) }
    if let own = known.first(where: { $0.1 == record.name }) {
      throw plugin.refusal(
        "has the name of the plugin that brings \(own.0)", advice: "give it a name of its own")
    }
    var owners = Dictionary(known) { first, _ in first }
    let brought =
      record.contents.encoders.map { ("encoder", $0.name) }
      + record.contents.fusionHeads.map { ("fusion head", $0) }
    for (kind, name) in brought {
      if let owner = owners.updateValue(record.name, forKey: name) {
        throw plugin.refusal(
          "registers the \(kind) \"\(name)\""
            + (owner == record.name ? " and that name once more" : ", which is \(owner)'s"),
          advice: "give the \(kind) a name of its own")
      }
    }
    let sets = try record.weightSets.array().map { try WeightSet($0) }
    let setNames = Set(weightSets.map(\.name) + vectorSets.map(\.name))
    for set in sets {
      guard !setNames.contains(set.name) else {
        throw plugin.refusal("brings the weight set \"\(set.name)\", whose name is taken")
      }
      guard record.contents.encoders.contains(where: { $0.name == set.encoder }) else {
        throw plugin.refusal(
          "brings the weight set \"\(set.name)\" for \"\(set.encoder)\", which is not its encoder")
      }
    }
    weightSets += sets
    encoders += record.contents.encoders.map {
      Encoder(
        name: $0.name, modality: $0.modality, plugin: record.name,
        place: Place(path: plugin.folder), installed: plugin)
    }
    fusionHeads += record.contents.fusionHeads.map {
      Head(
        name: $0, plugin: record.name, place: Place(path: plugin.folder), installed: plugin)
    }
  }

  /// Where the catalogue is: named by `ENCODERZOO_REGISTRY`, installed beside the program, or in
  /// the package that the program was built in.
  ///
  /// - Throws: `ZooError` of code `.notFound` that lists where it was looked for.
  package static func find() throws -> String {
    let files = FileManager.default
    if let named = ProcessInfo.processInfo.environment["ENCODERZOO_REGISTRY"] { return named }
    var folder = URL(fileURLWithPath: programPath()).deletingLastPathComponent()
    var tried: [String] = []
    for _ in 0..<6 {
      for candidate in ["registry.json", "share/encoderzoo/registry.json"] {
        let path = folder.appendingPathComponent(candidate).path
        if files.fileExists(atPath: path) { return path }
        tried.append(path)
      }
      folder.deleteLastPathComponent()
    }
    throw ZooError(
      .notFound, "registry.json was not found near the program",
      advice: "name it in the environment variable ENCODERZOO_REGISTRY; looked in: "
        + tried.prefix(4).joined(separator: ", "))
  }

}
