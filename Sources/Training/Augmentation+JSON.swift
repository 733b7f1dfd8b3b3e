import Basics
import Images

extension Augmentation {
  /// Reads the augmentation of a specification; what is left out is off.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(_ object: JSONObject?) throws {
    self.init()
    guard var object else { return }
    for (key, path) in Augmentation.fields {
      self[keyPath: path] = try object.number(key, in: 0...360, default: 0)
    }
    try object.finish()
    try check(at: object.place)
  }

  var json: JSONValue {
    JSONValue(
      .object(Augmentation.fields.map { ($0.0, self[keyPath: $0.1].json) }))
  }

  private static var fields: [(String, WritableKeyPath<Augmentation, Double>)] {
    [
      ("rotation", \.rotation), ("translation", \.translation), ("scale", \.scale),
      ("horizontalFlip", \.horizontalFlip), ("brightness", \.brightness),
      ("contrast", \.contrast), ("gamma", \.gamma), ("eraseProbability", \.eraseProbability),
      ("eraseArea", \.eraseArea),
    ]
  }
}
