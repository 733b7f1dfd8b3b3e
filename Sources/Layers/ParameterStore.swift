import Basics
import Tensors

/// All parameters of one model, in the order in which its layers asked for them.
///
/// Made empty, it initialises what is asked for from a seed, each parameter from a stream of its own
/// key; made from saved tensors, it hands those out and checks every shape.
public final class ParameterStore {
  /// The parameters in the order of the model.
  public private(set) var parameters: [Parameter] = []
  private var indices: [String: Int] = [:]
  private let random: RandomStream?
  /// Streams of their own for what is drawn below a prefix.
  private let draws: [String: RandomStream]
  /// What was drawn by those before, and what is drawn now.
  private let memory: DrawnTensors?
  private let given: [String: Tensor]
  /// Whether every parameter must be given.
  private let isWhole: Bool
  private let origin: String?
  /// How many numbers of a parameter are drawn, and then come again; nil for all.
  private var drawn: Int?
  private var adaptations: [(prefix: String, settings: LowRankSettings)] = []
  /// The keys of the layers that could have adapters, in order.
  package private(set) var adaptableLayers: [String] = []

  /// A store that initialises every parameter.
  public convenience init(random: RandomStream) { self.init(random: random, given: [:]) }

  /// A store that takes what is given by key, in the package's layout, and initialises the rest; what is below a
  /// prefix of `draws` from a stream of its own, or from `memory`, which must be of the same streams and architecture.
  package init(
    random: RandomStream, given: [String: Tensor], draws: [String: RandomStream] = [:],
    memory: DrawnTensors? = nil
  ) {
    (self.random, self.given, self.draws, isWhole, origin) = (random, given, draws, false, nil)
    self.memory = memory
  }

  /// A store that takes every parameter from saved tensors by key, in the package's layout.
  package init(saved: [String: Tensor], origin: String?) {
    (random, given, draws, isWhole, self.origin) = (nil, saved, [:], true, origin)
    memory = nil
  }

  private init() {
    (random, given, draws, isWhole, origin) = (nil, [:], [:], false, nil)
    memory = nil
  }

  /// A store for a model that is only tried: a parameter's numbers repeat, which takes a fraction of the time.
  package static func trial() -> ParameterStore {
    let store = ParameterStore(random: RandomStream(seed: 0))
    // A prime, so that rows differ.
    store.drawn = 1021
    return store
  }

  /// A store whose parameters are all zero: for their keys, shapes and number.
  package static func blank() -> ParameterStore { ParameterStore() }

  /// The parameter of a key, or nil.
  public func parameter(_ key: String) -> Parameter? { indices[key].map { parameters[$0] } }

  /// Freezes or thaws all weights whose key starts with a prefix; statistics never train.
  public func setTrainable(_ isTrainable: Bool, prefix: String = "") {
    for parameter in parameters where parameter.key.hasPrefix(prefix) {
      if parameter.kind != .statistic { parameter.isTrainable = isTrainable }
    }
  }

  /// Linear layers below a prefix that are asked for from now on have adapters, where the settings name them.
  package func adapt(_ prefix: String, _ settings: LowRankSettings) {
    adaptations.append((prefix, settings))
  }

  /// How the layer of a key is adapted; nil where it is not.
  func adaptation(of key: String) -> LowRankSettings? {
    adaptableLayers.append(key)
    return adaptations.first { key.hasPrefix("\($0.prefix).") && $0.settings.adapts(key) }?.settings
  }

  /// The number of trainable values (statistics not counted), as the field counts parameters.
  public var parameterCount: Int {
    parameters.filter { $0.kind != .statistic }.reduce(0) { $0 + $1.value.count }
  }

  func make(_ key: String, shape: [Int], kind: Parameter.Kind, initializer: Initializer) throws
    -> Parameter
  {
    guard parameter(key) == nil else {
      throw ZooError(.conflict, "two parameters are called \"\(key)\"", at: Place(path: origin))
    }
    let value: Tensor
    if let tensor = given[key] {
      guard tensor.shape == shape else {
        throw ZooError(
          .badFormat, "the tensor has shape \(tensor.shape); expected \(shape)",
          at: Place(path: origin, key: key),
          advice: "these weights belong to another model or configuration")
      }
      // A copy: the given tensors may build more than one model.
      value = Tensor(tensor.values, shape: shape)
    } else if isWhole {
      throw ZooError(
        .badFormat, "has no tensor \"\(key)\" of shape \(shape)", at: Place(path: origin),
        advice: "these weights belong to another model or configuration")
    } else if let random {
      let own = draws.first { key.hasPrefix("\($0.key).") }?.value
      if own != nil, let known = memory?.values(key, shape) {
        value = known
      } else {
        value = initializer.tensor(shape, random: (own ?? random).derived(key), draws: drawn)
        if own != nil { memory?.keep(key, value) }
      }
    } else {
      value = Tensor(repeating: 0, shape: shape)
    }
    let parameter = Parameter(key: key, kind: kind, value: value)
    indices[key] = parameters.count
    parameters.append(parameter)
    return parameter
  }

  /// Brings parameters to values kept before, in their order.
  package static func restore(_ parameters: [Parameter], to values: [[Float]]) {
    for (parameter, saved) in zip(parameters, values) {
      requireShapes(
        saved.count == parameter.value.count,
        "parameter: \(saved.count) values for \(parameter.key) \(parameter.value.shape)")
      parameter.update { $0.update(from: saved, count: saved.count) }
    }
  }
}
