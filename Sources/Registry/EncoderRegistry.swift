import Basics
import EncoderKit

/// The encoders and fusion heads that specifications name, found through the catalogue.
///
/// A plugin of the tree is linked into the program and found by the name of its C entry point in the
/// running process, so that nothing names it in code; installed ones are opened by `PluginLoader`.
/// Plugins are asked for only when an encoder or a head of theirs is used.
package struct EncoderRegistry: Sendable {
  /// Encoders, heads and weight sets by name, those of installed plugins included.
  package let catalogue: Catalogue
  /// The installed plugins that are left out, and why.
  package let refusals: [PluginRefusal]
  private let loader: PluginLoader

  /// What a catalogue lists, alone.
  package init(_ catalogue: Catalogue) {
    self.catalogue = catalogue
    refusals = []
    loader = PluginLoader()
  }

  /// What a catalogue lists and the plugins in a store bring.
  ///
  /// Records are read and identities compared; nothing of a plugin runs. What does not fit is left out
  /// and listed in `refusals`.
  package init(_ catalogue: Catalogue, store: PluginStore?, loader: PluginLoader = PluginLoader()) {
    var whole = catalogue
    var refusals: [PluginRefusal] = []
    // The program's own identity is only worked out where something is installed.
    let names = store?.names ?? []
    let identity = names.isEmpty ? nil : Result { try KitIdentity(of: KitFolder.find()) }
    for name in names {
      guard let store, let identity else { continue }
      var brings: [String] = []
      do {
        let plugin = try store.plugin(name)
        brings = plugin.record.contents.names
        try plugin.checkIdentity(identity.get())
        try whole.add(plugin)
      } catch {
        let known =
          (error as? ZooError)
          ?? ZooError(
            .unsupported, errorSentence(error), at: Place(path: "\(store.folder)/\(name)"))
        refusals.append(PluginRefusal(name: name, brings: brings, error: known))
      }
    }
    self.catalogue = whole
    self.refusals = refusals
    self.loader = loader
  }

  /// The names of a modality, in the catalogue's order.
  package func names(_ modality: EncoderDescription.Modality) -> [String] {
    catalogue.encoders.filter { $0.modality == modality }.map(\.name)
  }

  /// An image encoder by name.
  ///
  /// - Throws: `ZooError` that names the place in the specification and the nearest valid name.
  package func imageEncoder(_ name: String, at place: Place) throws -> any ImageEncoderEntry {
    if name == GivenFeatures.encoder { return GivenImageFeatures() }
    let plugin = try plugin(of: name, .image, at: place)
    guard let entry = plugin.imageEncoders.first(where: { $0.description.name == name }) else {
      throw missing(name, plugin)
    }
    return entry
  }

  /// A text encoder by name.
  ///
  /// - Throws: `ZooError` that names the place in the specification and the nearest valid name.
  package func textEncoder(_ name: String, at place: Place) throws -> any TextEncoderEntry {
    if name == GivenFeatures.encoder { return GivenTextFeatures() }
    let plugin = try plugin(of: name, .text, at: place)
    guard let entry = plugin.textEncoders.first(where: { $0.description.name == name }) else {
      throw missing(name, plugin)
    }
    return entry
  }

  /// The names of the fusion heads, in the catalogue's order.
  package var headNames: [String] { catalogue.fusionHeads.map(\.name) }

  /// A fusion head by name.
  ///
  /// - Throws: `ZooError` that names the place in the specification and the nearest valid name.
  package func fusionHead(_ name: String, at place: Place = Place()) throws -> any FusionHeadEntry {
    guard let head = catalogue.fusionHeads.first(where: { $0.name == name }) else {
      if let refusal = refusal(of: name) { throw refusal }
      throw ZooError(
        .badValue, "unknown fusion head \"\(name)\"; \(suggestion(for: name, among: headNames))",
        at: place)
    }
    let plugin = try plugin(named: head.plugin, head.installed, at: head.place)
    guard let entry = plugin.fusionHeads.first(where: { $0.description.name == name }) else {
      throw ZooError(
        .notFound, "the plugin \(plugin.name) has no fusion head \"\(name)\"", at: head.place)
    }
    return entry
  }

  /// The description of any encoder by name.
  ///
  /// - Throws: `ZooError` that names the nearest valid name.
  package func description(of name: String, at place: Place = Place()) throws -> EncoderDescription
  {
    let known = catalogue.encoders.first { $0.name == name }
    switch known?.modality {
    case .image: return try imageEncoder(name, at: place).description
    case .text: return try textEncoder(name, at: place).description
    case nil:
      if let refusal = refusal(of: name) { throw refusal }
      throw ZooError(
        .badValue,
        "unknown encoder or fusion head \"\(name)\"; "
          + suggestion(for: name, among: catalogue.encoders.map(\.name) + headNames), at: place)
    }
  }

  /// The installed plugins that some encoders and fusion heads come from, each with the SHA-256 of its
  /// library: what numbers depend on.
  package func pluginDigests(of names: [String]) -> [(String, String)] {
    var seen: Set<String> = []
    return names.compactMap { name in
      (catalogue.encoders.first { $0.name == name }?.installed
        ?? catalogue.fusionHeads.first { $0.name == name }?.installed)?.record
    }.filter { seen.insert($0.name).inserted }.map { ("plugin \($0.name)", $0.digest) }
  }

  private func plugin(
    of name: String, _ modality: EncoderDescription.Modality, at place: Place
  ) throws -> Plugin {
    guard let encoder = catalogue.encoders.first(where: { $0.name == name }) else {
      if let refusal = refusal(of: name) { throw refusal }
      throw ZooError(
        .badValue,
        "unknown \(modality.rawValue) encoder \"\(name)\"; "
          + suggestion(for: name, among: names(modality)), at: place)
    }
    guard encoder.modality == modality else {
      throw ZooError(
        .badValue,
        "\"\(name)\" reads \(encoder.modality.rawValue)s; expected an encoder of \(modality.rawValue)s: "
          + names(modality).joined(separator: ", "), at: place)
    }
    return try plugin(named: encoder.plugin, encoder.installed, at: encoder.place)
  }

  /// A plugin that was installed, or else is linked into this program.
  private func plugin(named name: String, _ installed: InstalledPlugin?, at place: Place) throws
    -> Plugin
  {
    if let installed { return try loader.plugin(installed) }
    return try PluginLoader.linked(name, at: place)
  }

  /// Why an encoder or a head is not there that an installed plugin would have brought.
  private func refusal(of name: String) -> ZooError? {
    refusals.first { $0.brings.contains(name) }?.error
  }

  private func missing(_ name: String, _ plugin: Plugin) -> ZooError {
    ZooError(
      .notFound, "the plugin \(plugin.name) has no encoder \"\(name)\"",
      at: catalogue.encoders.first { $0.name == name }?.place)
  }
}
