/// The nodes of a pickle's values, by index.
struct PickleHeap {
  private(set) var nodes: [PickleNode] = []

  /// Adds a node; the value refers to it.
  mutating func add(_ node: PickleNode) -> PickleValue {
    nodes.append(node)
    return .node(nodes.count - 1)
  }

  /// The node a value refers to, or nil for a small value.
  subscript(_ value: PickleValue) -> PickleNode? {
    if case .node(let index) = value { nodes[index] } else { nil }
  }

  /// Changes a node in place, without copying what it holds.
  mutating func change<Result>(
    _ value: PickleValue, _ body: (inout PickleNode) -> Result
  ) -> Result? {
    guard case .node(let index) = value else { return nil }
    return body(&nodes[index])
  }

  /// For messages: what a value is.
  func kind(_ value: PickleValue) -> String {
    switch value {
    case .none: "None"
    case .boolean: "a boolean"
    case .integer: "a whole number"
    case .number: "a number"
    case .node(let index): nodes[index].kind
    }
  }

  /// The text, or nil when the value is something else.
  func text(_ value: PickleValue) -> String? {
    if case .text(let text) = self[value] { text } else { nil }
  }

  /// The elements of a list, tuple or set, or nil when the value is something else.
  func items(_ value: PickleValue) -> [PickleValue]? {
    switch self[value] {
    case .list(let items), .tuple(let items), .set(let items): items
    default: nil
    }
  }

  /// The whole numbers of a list or tuple, such as a shape, or nil when the value is something else
  /// or has more than 64 elements.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value), items.count <= 64 else { return nil }
    let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    return numbers.count == items.count ? numbers : nil
  }

  /// The dictionary, or nil when the value is something else.
  func dictionary(_ value: PickleValue) -> PickleDictionary? {
    if case .dictionary(let dictionary) = self[value] { dictionary } else { nil }
  }

  /// The tensor, or nil when the value is something else.
  func tensor(_ value: PickleValue) -> TorchTensor? {
    if case .tensor(let tensor) = self[value] { tensor } else { nil }
  }

  /// The object, or nil when the value is something else.
  func object(_ value: PickleValue) -> PickleObject? {
    if case .object(let object) = self[value] { object } else { nil }
  }
}
