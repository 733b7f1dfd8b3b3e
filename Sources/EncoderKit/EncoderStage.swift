/// A part of an image encoder that runs, freezes and is looked at as a whole.
public struct EncoderStage: Sendable, Equatable {
  /// A short name, unique within the encoder, such as `layer1`.
  public let name: String
  /// What its parameters' keys begin with, below the encoder's scope: whole parts of the dotted
  /// name, such as `["conv1", "bn1"]`; empty where nothing is learnt.
  public let keys: [String]

  /// A stage and the keys of its parameters.
  public init(_ name: String, keys: [String] = []) {
    self.name = name
    self.keys = keys
  }

  /// Whether a parameter's key, counted from the encoder's scope, belongs to this stage.
  public func owns(_ key: String) -> Bool {
    keys.contains { key == $0 || key.hasPrefix("\($0).") }
  }
}
