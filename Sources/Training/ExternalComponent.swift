import Basics
import Registry

/// An encoder or a fusion head of a model that an installed plugin brings.
package struct ExternalComponent: Sendable, Equatable {
  /// What it is: the key of its name in `model.json`.
  package enum Kind: String, Sendable {
    case encoder
    case fusionHead
  }

  package let kind: Kind
  let name: String
  let plugin: String
  /// The SHA-256 of the plugin's library.
  package let digest: String

  /// Nil for a part that the program itself brings.
  init?(_ kind: Kind, _ name: String, _ catalogue: Catalogue) {
    let installed =
      switch kind {
      case .encoder: catalogue.encoders.first { $0.name == name }?.installed
      case .fusionHead: catalogue.fusionHeads.first { $0.name == name }?.installed
      }
    guard let record = installed?.record else { return nil }
    (self.kind, self.name, plugin, digest) = (kind, name, record.name, record.digest)
  }

  /// The part as `model.json` holds it.
  var json: JSONValue {
    JSONValue(
      .object([
        (kind.rawValue, name.json), ("plugin", plugin.json),
      ]))
  }

  /// Demands that a part is there that `json` wrote.
  ///
  /// - Throws: `ZooError` that names the plugin to install, or why an installed one is left out.
  static func demand(_ value: JSONValue, _ registry: EncoderRegistry) throws {
    var object = try value.object()
    let head = try object.optionalString(Kind.fusionHead.rawValue)
    let name = try head ?? object.string(Kind.encoder.rawValue)
    let plugin = try object.string("plugin")
    try object.finish()
    let known =
      head == nil ? registry.catalogue.encoders.map(\.name) : registry.headNames
    guard !known.contains(name) else { return }
    if let refusal = registry.refusals.first(where: { $0.name == plugin }) { throw refusal.error }
    throw ZooError(
      .notFound,
      "the model needs the \(head == nil ? "encoder" : "fusion head") \"\(name)\" of the plugin "
        + "\(plugin), which is not installed",
      at: value.place, advice: "install it: zoo plugin build DIR, then zoo plugin install DIR")
  }
}
