import Basics

/// Which encoders a bundle's model is made of.
package struct BundleArchitecture: Sendable, Equatable {
  /// One encoder with its options.
  package struct Encoder: Sendable, Equatable {
    package let name: String
    package let options: JSONValue
    package let members: Int

    package init(name: String, options: JSONValue, members: Int) {
      self.name = name
      self.options = options
      self.members = members
    }

    init(_ value: JSONValue) throws {
      var object = try value.object()
      name = try object.string("encoder")
      let given = try object.required("options")
      _ = try given.object()
      options = given
      members = try object.required("members").integer(in: 1...16)
      try object.finish()
    }

    var json: JSONValue {
      [
        "encoder": name.json, "options": options, "members": members.json,
      ]
    }
  }

  /// The head over the features.
  package struct Fusion: Sendable, Equatable {
    package let head: String
    /// Width of the decoder's hidden layer; 0 for a linear one.
    package let hidden: Int
    /// Whether the model answers for a case that lacks one of its two sides.
    package let acceptsMissingModality: Bool

    package init(head: String, hidden: Int, acceptsMissingModality: Bool = false) {
      self.head = head
      self.hidden = hidden
      self.acceptsMissingModality = acceptsMissingModality
    }
  }

  package let image: Encoder?
  package let text: Encoder?
  package let fusion: Fusion

  package init(image: Encoder?, text: Encoder?, fusion: Fusion) {
    self.image = image
    self.text = text
    self.fusion = fusion
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    image = try object.value("image").map { try Encoder($0) }
    text = try object.value("text").map { try Encoder($0) }
    var head = try FormerNames.translated(object.required("fusion")).value.object()
    fusion = Fusion(
      head: try head.string("head"), hidden: try head.required("hidden").integer(in: 0...1_000_000),
      acceptsMissingModality: try head.boolean("acceptsMissingModality", default: false))
    try head.finish()
    try object.finish()
    guard image != nil || text != nil else {
      throw ZooError(.badValue, "no encoder; expected \"image\", \"text\" or both", at: value.place)
    }
  }

  var json: JSONValue {
    JSONValue(
      .object(
        [("image", image?.json), ("text", text?.json)].compactMap { key, value in
          value.map { (key: key, value: $0) }
        } + [
          (
            "fusion",
            JSONValue(
              .object(
                [
                  ("head", fusion.head.json), ("hidden", fusion.hidden.json),
                ] + (fusion.acceptsMissingModality ? [("acceptsMissingModality", true)] : [])))
          )
        ]))
  }

  /// In a few words, such as `densenet121 + word2vec`.
  package var summary: String {
    [image, text].compactMap { $0 }
      .map { $0.members > 1 ? "\($0.name) ×\($0.members)" : $0.name }.joined(separator: " + ")
  }
}
