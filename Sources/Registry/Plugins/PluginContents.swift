import Basics
import EncoderKit

/// What a plugin registers: the names that specifications may use.
package struct PluginContents: Sendable, Equatable {
  /// An encoder by name, and what it reads.
  package struct Encoder: Sendable, Equatable {
    package let name: String
    package let modality: EncoderDescription.Modality

    init(name: String, modality: EncoderDescription.Modality) {
      (self.name, self.modality) = (name, modality)
    }

    fileprivate init(_ value: JSONValue) throws {
      var object = try value.object()
      name = try object.string("name")
      modality = try object.choice("modality")
      try object.finish()
    }

    fileprivate var json: JSONValue {
      ["name": name.json, "modality": modality.rawValue.json]
    }
  }

  /// Encoders of images and then of texts.
  package let encoders: [Encoder]
  /// The names of fusion heads.
  package let fusionHeads: [String]

  /// The names of encoders and then of fusion heads.
  package var names: [String] { encoders.map(\.name) + fusionHeads }

  init(encoders: [Encoder] = [], fusionHeads: [String] = []) {
    self.encoders = encoders
    self.fusionHeads = fusionHeads
  }

  /// Everything that an opened plugin registers.
  package init(of plugin: Plugin) {
    encoders =
      (plugin.imageEncoders.map(\.description) + plugin.textEncoders.map(\.description))
      .map { Encoder(name: $0.name, modality: $0.modality) }
    fusionHeads = plugin.fusionHeads.map(\.description.name)
  }

  /// Takes `encoders` and, where there are any, `fusionHeads` out of an object.
  ///
  /// - Throws: `ZooError` for a key that is missing or of the wrong type.
  init(_ object: inout JSONObject) throws {
    encoders = try object.required("encoders").array().map { try Encoder($0) }
    fusionHeads = try object.strings("fusionHeads") ?? []
  }

  /// The members that `init(_:)` takes out again.
  package var members: [(key: String, value: JSONValue)] {
    [
      ("encoders", encoders.map(\.json).json), ("fusionHeads", fusionHeads.json),
    ]
  }
}
