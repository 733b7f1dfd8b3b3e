import Basics

extension LossSettings {
  private enum Name: String, CaseIterable {
    case crossEntropy = "cross-entropy"
    case focal
    case asymmetric
  }

  /// Reads a specification's value: a loss's name, or an object of its `kind` and numbers.
  ///
  /// - Throws: `ZooError` for an unknown name or key or a value out of range.
  package init(_ value: JSONValue) throws {
    var object =
      if case .string = value.content {
        try JSONValue(.object([("kind", value)]), at: value.place).object()
      } else { try value.object() }
    let name: Name = try object.choice("kind")
    switch name {
    case .crossEntropy:
      kind = .crossEntropy(
        logitAdjustment: try object.number("logitAdjustment", in: 0...10, default: 0))
    case .focal:
      kind = .focal(
        gamma: try object.number("gamma", in: 0...10, default: 2),
        alpha: try object.value("alpha")?.number(in: 0.001...0.999))
    case .asymmetric:
      kind = .asymmetric(
        gammaNegative: try object.number("gammaNegative", in: 0...10, default: 4),
        gammaPositive: try object.number("gammaPositive", in: 0...10, default: 1),
        shift: try object.number("shift", in: 0...0.9, default: 0.05))
    }
    place = value.place
    try object.finish()
  }

  /// The loss as a specification would give it, with all its numbers.
  package var json: JSONValue {
    switch kind {
    case .crossEntropy(let adjustment):
      ["kind": Name.crossEntropy.rawValue.json, "logitAdjustment": adjustment.json]
    case .focal(let gamma, let alpha):
      JSONValue(
        .object(
          [("kind", Name.focal.rawValue.json), ("gamma", gamma.json)]
            + (alpha.map { [("alpha", $0.json)] } ?? [])))
    case .asymmetric(let negative, let positive, let shift):
      [
        "kind": Name.asymmetric.rawValue.json, "gammaNegative": negative.json,
        "gammaPositive": positive.json, "shift": shift.json,
      ]
    }
  }
}
