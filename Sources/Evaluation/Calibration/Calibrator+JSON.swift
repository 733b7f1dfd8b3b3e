import Basics

extension Calibrator {
  /// As it stands in a model's description: `kind` and its numbers.
  package var json: JSONValue {
    switch self {
    case .temperature(let temperature):
      ["kind": "temperature", "temperature": temperature.json]
    case .platt(let slope, let intercept):
      [
        "kind": "platt", "slope": slope.json,
        "intercept": intercept.json,
      ]
    case .isotonic(let line):
      [
        "kind": "isotonic",
        "logits": line.x.json,
        "probabilities": line.y.json,
      ]
    }
  }

  /// Reads what `json` wrote.
  ///
  /// - Throws: `ZooError` of code `.badValue` with the place: an unknown kind or key, a number that is
  ///   missing or out of range, points that fall.
  package init(_ value: JSONValue) throws {
    var object = try value.object()
    let kind = try object.choice("kind", among: ["temperature", "platt", "isotonic"])
    switch kind {
    case "temperature":
      let number = try object.required("temperature")
      self = .temperature(
        try number.number(in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude))
    case "platt":
      self = .platt(
        slope: try object.required("slope").number(),
        intercept: try object.required("intercept").number())
    default:
      let x = try object.required("logits").array().map { try $0.number() }
      let y = try object.required("probabilities").array().map { try $0.number(in: 0...1) }
      guard let line = IsotonicLine(x: x, y: y) else {
        throw ZooError(
          .badValue,
          "found \(x.count) logits and \(y.count) probabilities; expected as many of each, logits that"
            + " rise and probabilities that do not fall", at: value.place)
      }
      self = .isotonic(line)
    }
    try object.finish()
  }
}
