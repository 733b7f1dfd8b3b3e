import Basics
import Fusion

extension DenseDecoder.Configuration {
  /// Takes `hidden`, `dropout` and `featureDropout` out of an object; others are left for the caller.
  ///
  /// - Throws: `ZooError` for a value out of range.
  init(_ object: inout JSONObject, dropout fallback: Double) throws {
    self.init(
      hidden: try object.integer("hidden", in: 0...16_384, default: 512),
      dropout: Float(try object.number("dropout", in: 0...0.95, default: fallback)),
      featureDropout: Float(try object.number("featureDropout", in: 0...0.95, default: 0)))
  }

  /// Reads the decoder of a branch: what it leaves out is as in a fusion head that says nothing.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(part object: JSONObject) throws {
    var object = object
    try self.init(&object, dropout: 0.3)
    if object.value("hidden") == nil { hidden /= 2 }
    try object.finish()
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    try self.init(&object, dropout: 0)
    try object.finish()
  }

  /// The members as a specification would give them.
  var members: [(key: String, value: JSONValue)] {
    [
      ("hidden", hidden.json), ("dropout", Self.json(dropout)),
      ("featureDropout", Self.json(featureDropout)),
    ]
  }

  var json: JSONValue { JSONValue(.object(members)) }

  /// As a person writes it: 0.3 and not 0.30000001192092896.
  private static func json(_ share: Float) -> JSONValue {
    (Double("\(share)") ?? Double(share)).json
  }
}
