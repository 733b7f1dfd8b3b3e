import Basics
import Registry

/// The text side of a model: which encoder and how it is trained.
package struct TextBranch: Sendable, Equatable {
  package var name: String
  package var encoder: String
  package var options: JSONValue
  /// The path of a file of word vectors; nil where none is named.
  package var vectors: String?
  package var training: TrainingSettings
  /// How many encoders are trained apart and joined, their logits averaged; 1 for a plain one.
  package var members: Int
  package var place: Place

  /// Reads the branch of a specification.
  ///
  /// - Throws: `ZooError` for an unknown key, encoder or value.
  package init(_ value: JSONValue, registry: EncoderRegistry, defaults: TrainingSettings) throws {
    var object = try value.object()
    place = value.place
    let named = try object.required("encoder")
    encoder = try named.string()
    _ = try registry.textEncoder(encoder, at: named.place)
    name = try object.string("name", default: encoder)
    vectors = try object.optionalString("vectors")
    options = object.value("options") ?? [:]
    training = try TrainingSettings(object.object("training"), defaults: defaults)
    members = try object.integer("members", in: 1...16, default: 1)
    try object.finish()
  }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", JSONValue(.string(name))), ("encoder", JSONValue(.string(encoder))),
      ("options", options), ("training", training.json),
      ("vectors", vectors.map { JSONValue(.string($0)) } ?? nil),
    ]
    if self.members > 1 { members.append(("members", JSONValue(.integer(self.members)))) }
    return JSONValue(.object(members))
  }
}
