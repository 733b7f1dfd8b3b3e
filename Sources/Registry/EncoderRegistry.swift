import Basics
import EncoderKit
import Foundation

/// The encoders that specifications name, found through the catalogue.
///
/// A plugin of the tree is linked into the program and found by the name of its C entry point in the
/// running process, so that nothing names it in code. Plugins are asked for only when an encoder of
/// theirs is used.
package struct EncoderRegistry: Sendable {
  package let catalogue: Catalogue

  package init(_ catalogue: Catalogue) { self.catalogue = catalogue }

  /// The names of a modality, in the catalogue's order.
  package func names(_ modality: EncoderDescription.Modality) -> [String] {
    catalogue.encoders.filter { $0.modality == modality }.map(\.name)
  }

  /// An image encoder by name.
  ///
  /// - Throws: `ZooError` that names the place in the specification and the nearest valid name.
  package func imageEncoder(_ name: String, at place: Place) throws -> any ImageEncoderEntry {
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
      throw ZooError(
        .badValue, "unknown fusion head \"\(name)\"; \(suggestion(for: name, among: headNames))",
        at: place)
    }
    let plugin = try Self.linkedPlugin(head.plugin, at: head.place)
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
      throw ZooError(
        .badValue,
        "unknown encoder \"\(name)\"; "
          + suggestion(for: name, among: catalogue.encoders.map(\.name)), at: place)
    }
  }

  private func plugin(
    of name: String, _ modality: EncoderDescription.Modality, at place: Place
  ) throws -> Plugin {
    guard let encoder = catalogue.encoders.first(where: { $0.name == name }) else {
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
    return try Self.linkedPlugin(encoder.plugin, at: encoder.place)
  }

  private func missing(_ name: String, _ plugin: Plugin) -> ZooError {
    ZooError(
      .notFound, "the plugin \(plugin.name) has no encoder \"\(name)\"",
      at: catalogue.encoders.first { $0.name == name }?.place)
  }

  /// A plugin that is linked into this program.
  ///
  /// - Throws: `ZooError` when it is not, or was built against another kit.
  static func linkedPlugin(_ name: String, at place: Place) throws -> Plugin {
    typealias EntryPoint = @convention(c) () -> UnsafeMutableRawPointer
    let symbol = "encoderzoo_plugin_\(name)"
    guard let program = dlopen(nil, RTLD_NOW), let address = dlsym(program, symbol) else {
      throw ZooError(
        .notFound, "the plugin \"\(name)\" is not part of this program (no symbol \(symbol))",
        at: place, advice: "add its folder below Plugins and build again")
    }
    let plugin = Plugin.imported(unsafeBitCast(address, to: EntryPoint.self)())
    guard plugin.kitVersion == encoderKitVersion else {
      throw ZooError(
        .unsupported,
        "the plugin \"\(name)\" was built for kit \(plugin.kitVersion); this program has \(encoderKitVersion)",
        at: place, advice: "build the plugin again")
    }
    return plugin
  }
}
