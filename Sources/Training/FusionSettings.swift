import Basics
import EncoderKit
import Fusion
import Registry

/// How a model joins both sides, as it is saved with the model.
package struct FusionSettings: Sendable, Equatable {
  /// The fusion head's name in the registry.
  package var head: String
  /// The head's own options.
  package var options: JSONValue
  /// The decoders of both sides that the model keeps beside the head; nil for none.
  package var decoders: Decoders?
  /// Whether the model answers for a case that lacks a side.
  package var learnsMissingModality: Bool
  /// How likely a training case that has both sides loses one of them.
  package var modalityDropout: Double
  package var place = Place()

  /// A decoder for each side.
  package struct Decoders: Sendable, Equatable {
    package var image: DenseDecoder.Configuration
    package var text: DenseDecoder.Configuration

    package init(image: DenseDecoder.Configuration, text: DenseDecoder.Configuration) {
      self.image = image
      self.text = text
    }
  }

  package init(
    head: String = "concat", options: JSONValue = [:], decoders: Decoders? = nil,
    learnsMissingModality: Bool = false, modalityDropout: Double = 0
  ) {
    self.head = head
    self.options = options
    self.decoders = decoders
    self.learnsMissingModality = learnsMissingModality
    self.modalityDropout = modalityDropout
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  package init(_ value: JSONValue) throws {
    var object = try value.object()
    head = try object.string("head")
    options = object.value("options") ?? [:]
    learnsMissingModality =
      try object.choice("missing", among: ["refused", "learned"], default: "refused") == "learned"
    modalityDropout = try object.number("modalityDropout", in: 0...0.95, default: 0)
    decoders = try object.object("decoders").map { sides in
      var sides = sides
      let decoders = Decoders(
        image: try DenseDecoder.Configuration(sides.required("image")),
        text: try DenseDecoder.Configuration(sides.required("text")))
      try sides.finish()
      return decoders
    }
    place = value.place
    try object.finish()
  }

  /// The settings as a model's description holds them.
  package var json: JSONValue {
    [
      "head": head.json, "options": options,
      "missing": (learnsMissingModality ? "learned" : "refused").json,
      "modalityDropout": modalityDropout.json,
      "decoders": decoders.map { ["image": $0.image.json, "text": $0.text.json] } ?? nil,
    ]
  }

  /// The same with the head's entry of its plugin.
  ///
  /// - Throws: `ZooError` when the registry has no such head.
  package func plan(_ registry: EncoderRegistry) throws -> FusionPlan {
    FusionPlan(
      entry: try registry.fusionHead(head, at: place), options: options,
      parts: decoders.map { ($0.image, $0.text) }, learnsMissingModality: learnsMissingModality,
      modalityDropout: modalityDropout)
  }
}
