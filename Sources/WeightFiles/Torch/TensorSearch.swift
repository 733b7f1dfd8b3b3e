import Basics

/// Finds the tensors in what a PyTorch file holds: a state dictionary, a checkpoint around one, or a
/// module.
struct TensorSearch {
  /// Keys under which checkpoints keep the state dictionary or the module.
  static let wrappers = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights",
    "params", "state",
  ]
  /// Keys under which they keep moving averages of it; these count when none of the others is there.
  static let averages = [
    "state_dict_ema", "model_state_dict_ema", "model_ema_state_dict", "ema_state_dict", "model_ema",
    "ema_model", "net_ema", "params_ema", "ema",
  ]
  /// How deep a checkpoint may hold the tensors.
  static let maximumDepth = 8

  let heap: PickleHeap
  let path: String?
  /// Bytes of the pickle allow so many of names: see `ModuleWalk`.
  let byteCount: Int
  var found = StateDictionary.Found()
  private var known: [Int: Bool] = [:]

  init(heap: PickleHeap, path: String?, byteCount: Int) {
    self.heap = heap
    self.path = path
    self.byteCount = byteCount
  }

  /// The tensors and their names, in PyTorch's order; `under` are keys to follow first.
  ///
  /// - Throws: `ZooError` of code `.badFormat`, `.notFound` for a key that isn't there.
  mutating func tensors(of root: PickleValue, under keys: [String]) throws
    -> [(name: String, tensor: TorchTensor)]
  {
    var value = root
    for key in keys {
      let names = heap.dictionary(value).map { Array($0.positions.keys).sorted() } ?? []
      guard let dictionary = heap.dictionary(value), let next = dictionary[key] else {
        throw ZooError(
          .notFound,
          "no \"\(key)\" in \(heap.kind(value))"
            + (names.isEmpty ? "" : "; \(suggestion(for: key, among: Array(names.prefix(20))))"),
          at: place)
      }
      descend(to: key, of: dictionary)
      value = next
    }
    while true {
      if heap.object(value) != nil { return try module(value) }
      guard let dictionary = heap.dictionary(value) else {
        throw failure(
          "holds \(heap.kind(value)); expected a state dictionary, a checkpoint or a module")
      }
      guard let key = try wrapper(in: dictionary), let next = dictionary[key] else {
        return try stateDictionary(dictionary)
      }
      guard found.wrapping.count < Self.maximumDepth else {
        throw failure("holds its tensors deeper than \(Self.maximumDepth) dictionaries")
      }
      descend(to: key, of: dictionary)
      value = next
    }
  }

  private var place: Place {
    Place(path: path, key: found.wrapping.isEmpty ? nil : found.wrapping.joined(separator: "."))
  }

  private func failure(_ message: String, advice: String? = nil) -> ZooError {
    ZooError(.badFormat, message, at: place, advice: advice)
  }

  /// Notes that the tensors are looked for under a key, and what stands beside it.
  private mutating func descend(to key: String, of dictionary: PickleDictionary) {
    found.wrapping.append(key)
    found.content = .checkpoint
    found.alternatives = dictionary.items.compactMap { item in
      heap.text(item.key).flatMap { $0 != key && holdsTensors(item.value) ? $0 : nil }
    }
    note(dictionary, isInnermost: false)
  }

  private mutating func note(_ dictionary: PickleDictionary, isInnermost: Bool) {
    for item in dictionary.items {
      // The tensors of a state dictionary are its entries; beside one they are numbers of a run.
      let isEntry = isInnermost && heap.tensor(item.value) != nil
      if let key = heap.text(item.key), !isEntry, !holdsTensors(item.value) {
        found.values[key] = item.value
      }
    }
  }

  /// The key of a checkpoint that leads to the tensors, or nil when they are here.
  private mutating func wrapper(in dictionary: PickleDictionary) throws -> String? {
    for list in [Self.wrappers, Self.averages] {
      let keys = list.filter { key in dictionary[key].map { holdsTensors($0) } ?? false }
      guard keys.count <= 1 else {
        throw failure(
          "holds tensors under \(keys.map { "\"\($0)\"" }.joined(separator: " and ")):"
            + " which are meant is not clear", advice: "Say which one.")
      }
      if let key = keys.first { return key }
    }
    return nil
  }

  /// Whether a value is a module, a dictionary with tensors, or a checkpoint around one.
  private mutating func holdsTensors(_ value: PickleValue, depth: Int = 0) -> Bool {
    guard case .node(let index) = value, depth <= Self.maximumDepth else { return false }
    if let answer = known[index] { return answer }
    known[index] = false
    if let state = ModuleWalk.state(of: value, in: heap) {
      known[index] = state["_modules"] != nil
    } else if let dictionary = heap.dictionary(value) {
      known[index] =
        dictionary.items.contains { heap.text($0.key) != nil && heap.tensor($0.value) != nil }
        || (Self.wrappers + Self.averages).contains { key in
          dictionary[key].map { holdsTensors($0, depth: depth + 1) } ?? false
        }
    }
    return known[index] ?? false
  }

  private mutating func stateDictionary(_ dictionary: PickleDictionary) throws
    -> [(name: String, tensor: TorchTensor)]
  {
    var tensors: [(name: String, tensor: TorchTensor)] = []
    for item in dictionary.items {
      guard let tensor = heap.tensor(item.value) else { continue }
      guard let name = heap.text(item.key) else {
        throw failure("a tensor's name is \(heap.kind(item.key)); expected a text")
      }
      tensors.append((name, tensor))
    }
    let others = dictionary.items.compactMap { item in
      heap.text(item.key).flatMap { holdsTensors(item.value) ? $0 : nil }
    }
    guard !tensors.isEmpty else {
      guard others.isEmpty else {
        throw failure(
          "holds tensors under \(others.prefix(8).map { "\"\($0)\"" }.joined(separator: ", "));"
            + " expected them under one of \(Self.wrappers.joined(separator: ", "))",
          advice: "Say under which key they are.")
      }
      throw failure("holds no tensors")
    }
    found.alternatives += others
    note(dictionary, isInnermost: true)
    return tensors
  }

  private mutating func module(_ value: PickleValue) throws
    -> [(name: String, tensor: TorchTensor)]
  {
    var walk = ModuleWalk(heap: heap, path: path, byteCount: byteCount)
    try walk.visit(value)
    guard let object = heap.object(value) else { return [] }
    guard !walk.tensors.isEmpty else {
      throw failure("the module of class \(object.className) holds no tensors")
    }
    found.content = .module(className: object.className)
    for (key, value) in ModuleWalk.attributes(of: value, in: heap) { found.values[key] = value }
    return walk.tensors
  }
}
