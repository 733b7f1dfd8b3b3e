import Basics
import EncoderKit
import Registry

extension LowRankSettings {
  /// The layers that are adapted unless others are named: what makes queries, keys and values of attention.
  private static let usualTargets = ["qkv", "in_proj"]

  /// Reads what a branch has as `lora`: a rank, or an object.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(_ value: JSONValue) throws {
    guard case .object = value.content else {
      let rank = try value.integer(in: 1...256)
      self.init(rank: rank, alpha: Float(2 * rank), targets: Self.usualTargets, dropout: 0)
      return
    }
    var object = try value.object()
    let rank = try object.integer("rank", in: 1...256, default: 8)
    let targets = object.value("targets")
    self.init(
      rank: rank,
      alpha: Float(try object.number("alpha", in: 0.01...4096, default: 2.0 * Double(rank))),
      targets: try targets?.array().map { try $0.string() } ?? Self.usualTargets,
      dropout: Float(try object.number("dropout", in: 0...0.95, default: 0)))
    try object.finish()
    if let targets, self.targets.isEmpty || self.targets.contains("") {
      throw ZooError(
        .badValue, "expected the ends of layers' keys, such as \"qkv\"", at: targets.place)
    }
  }

  /// Where stages are frozen as well.
  static func frozenBesides(at place: Place) -> ZooError {
    ZooError(
      .badValue, "\"lora\" and \"freeze\": with adapters all of an encoder's own weights stay",
      at: place, advice: "leave one of them out")
  }

  /// Where a model with adapters is to be started from.
  static func startingPoint(_ name: String, at place: Place) -> ZooError {
    ZooError(
      .unsupported, "the model \"\(name)\" holds adapters beside the weights of another", at: place,
      advice:
        "write its encoder with the adapters added by zoo weights export, and start from that file")
  }

  var json: JSONValue {
    [
      "rank": rank.json, "alpha": Double(alpha).json, "targets": targets.json,
      "dropout": Double(dropout).json,
    ]
  }

  /// How much of an encoder learns, as a sentence behind its name; `outline` is the encoder with its adapters.
  ///
  /// - Throws: `ZooError` where no target names a layer, with the ends of keys that there are.
  func sentence(_ outline: ParameterStore, at place: Place) throws -> String {
    let layers = outline.adaptableLayers
    let found = targets.map { ($0, LowRankSettings.layers(of: $0, among: layers).count) }
    let missing = found.filter { $0.1 == 0 }.map(\.0).joined(separator: " or ")
    let others = Set(
      layers.map { layer in
        let parts = layer.split(separator: ".")
        return parts.suffix(parts.last.flatMap { Int($0) } == nil ? 1 : 2).joined(separator: ".")
      }
    ).sorted().joined(separator: ", ")
    let names = found.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    guard !names.isEmpty else {
      throw ZooError(
        .badValue, "none of its linear layers is called \(missing)", at: place,
        advice: others.isEmpty
          ? "it has no linear layers; leave \"lora\" out, or freeze it up to a stage"
          : "name others as \"targets\"; its linear layers are \(others)")
    }
    let adapters = outline.adapterCount
    // The usual targets are of several families of encoders.
    let without =
      missing.isEmpty || targets == Self.usualTargets
      ? "" : "; none is called \(missing), and its linear layers are \(others)"
    return
      "its weights stay, and adapters of rank \(rank) learn for it: \(NumberText.count(adapters)) values beside its"
      + " \(NumberText.count(outline.parameterCount - adapters)) (layers: \(names)\(without))"
  }
}
