import Tensors

/// Where a module takes its parameters from: a store and the path of keys so far.
///
/// ```swift
/// let convolution = try Convolution(scope("features")("conv0"), from: 3, to: 64, kernel: 7)
/// // asks for features.conv0.weight
/// ```
public struct Scope {
  private let store: ParameterStore
  /// The keys so far, joined by dots; empty at the root.
  public let path: String

  /// The root of a store, or a part of it.
  public init(_ store: ParameterStore, path: String = "") {
    self.store = store
    self.path = path
  }

  /// The scope of a part, such as `layer1` or an index.
  public func callAsFunction(_ name: String) -> Scope { Scope(store, path: key(name)) }

  /// The scope of a numbered part.
  public func callAsFunction(_ index: Int) -> Scope { self(String(index)) }

  /// A parameter by its name below this scope: initialised or loaded, its shape checked now.
  ///
  /// - Throws: `ZooError` of code `.badFormat` when saved weights lack it or have another shape.
  public func parameter(
    _ name: String, shape: [Int], kind: Parameter.Kind = .weight, initializer: Initializer
  ) throws -> Parameter {
    try store.make(key(name), shape: shape, kind: kind, initializer: initializer)
  }

  /// The parameters that were asked for below this scope so far, each with its key from here on, in order.
  public var parameters: [(ownKey: String, parameter: Parameter)] {
    let start = path.isEmpty ? "" : "\(path)."
    return store.parameters.filter { $0.key.hasPrefix(start) }.map {
      (String($0.key.dropFirst(start.count)), $0)
    }
  }

  /// The adapter of the linear layer that this is the scope of; nil where the model has none for it.
  func adapter(from input: Int, to output: Int) throws -> LowRankAdapter? {
    try store.adaptation(of: path).map {
      try LowRankAdapter(self, from: input, to: output, $0)
    }
  }

  private func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
