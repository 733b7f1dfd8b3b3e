import Basics

/// Collects the tensors of a pickled module under the names its `state_dict()` would have.
///
/// PyTorch's order: a module's parameters, then its buffers without those it names non-persistent,
/// then its children; a tensor shared by two names appears under both.
struct ModuleWalk {
  /// How deep modules may be nested.
  static let maximumDepth = 64

  let heap: PickleHeap
  let path: String?
  /// The names may not take more bytes than four times the file: a module that is its own
  /// grandchild many times over would otherwise have any number of them.
  let byteCount: Int
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  private var nameByteCount = 0
  /// Modules and members looked at; each takes more than a byte of the file that holds it once.
  private var stepCount = 0

  init(heap: PickleHeap, path: String?, byteCount: Int) {
    self.heap = heap
    self.path = path
    self.byteCount = byteCount
  }

  /// The state of an object if it is a dictionary, by itself or as the first of a pair; nil for a
  /// value that is no object.
  static func state(of value: PickleValue, in heap: PickleHeap) -> PickleDictionary? {
    guard let state = heap.object(value)?.state else { return nil }
    if let dictionary = heap.dictionary(state) { return dictionary }
    return heap.items(state)?.first.flatMap { heap.dictionary($0) }
  }

  /// What a module holds beside PyTorch's own bookkeeping; of one in `DataParallel`, what the inner
  /// one holds.
  static func attributes(of value: PickleValue, in heap: PickleHeap) -> [(String, PickleValue)] {
    guard var state = state(of: value, in: heap) else { return [] }
    if heap.object(value)?.className.hasPrefix("torch.nn.parallel.") == true,
      let inner = state["_modules"].flatMap({ heap.dictionary($0) })?["module"],
      let innerState = self.state(of: inner, in: heap)
    {
      state = innerState
    }
    return state.items.compactMap { item in
      guard let key = heap.text(item.key), !key.hasPrefix("_"), key != "training" else {
        return nil
      }
      return (key, item.value)
    }
  }

  /// Collects the tensors of a module and those below it.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the module.
  mutating func visit(_ value: PickleValue, name: String = "", depth: Int = 0) throws {
    try step(1)
    guard depth <= Self.maximumDepth else {
      throw failure("modules are nested deeper than \(Self.maximumDepth)", name)
    }
    guard let object = heap.object(value) else {
      throw failure("found \(heap.kind(value)); expected a module", name)
    }
    guard object.state != nil else {
      throw failure("the object of class \(object.className) has no state", name)
    }
    guard let state = Self.state(of: value, in: heap), state["_modules"] != nil else {
      throw failure(
        "the object of class \(object.className) is no module of PyTorch: it has no _parameters,"
          + " _buffers and _modules", name,
        advice: "Save the model's state_dict() with torch.save instead.")
    }
    let unkept = state["_non_persistent_buffers_set"].flatMap { heap.items($0) } ?? []
    try step(unkept.count)
    let hidden = Set(unkept.compactMap { heap.text($0) })
    for (key, isBuffer) in [("_parameters", false), ("_buffers", true)] {
      for (label, value) in try members(state, key, name) where value != .none {
        if isBuffer, hidden.contains(label) { continue }
        guard let tensor = heap.tensor(value) else {
          throw failure("found \(heap.kind(value)); expected a tensor", name + label)
        }
        try charge(name + label)
        tensors.append((name + label, tensor))
      }
    }
    for (label, child) in try members(state, "_modules", name) where child != .none {
      try charge(name + label)
      try visit(child, name: "\(name)\(label).", depth: depth + 1)
    }
  }

  /// The named members of one of a module's dictionaries.
  private mutating func members(_ state: PickleDictionary, _ key: String, _ name: String) throws
    -> [(String, PickleValue)]
  {
    guard let value = state[key] else { return [] }
    guard let dictionary = heap.dictionary(value) else {
      throw failure("found \(heap.kind(value)); expected a dictionary", name + key)
    }
    try step(dictionary.items.count)
    return try dictionary.items.map { item in
      guard let label = heap.text(item.key) else {
        throw failure("a name is \(heap.kind(item.key)); expected a text", name + key)
      }
      return (label, item.value)
    }
  }

  private mutating func charge(_ name: String) throws {
    nameByteCount += name.utf8.count + 1
    guard nameByteCount <= 4 * byteCount else { throw tooMany }
  }

  private mutating func step(_ count: Int) throws {
    stepCount += count
    guard stepCount <= byteCount else { throw tooMany }
  }

  private var tooMany: ZooError {
    failure("the modules refer to one another so often that their names outgrow the file", "")
  }

  private func failure(_ message: String, _ name: String, advice: String? = nil) -> ZooError {
    let key = name.hasSuffix(".") ? String(name.dropLast()) : name
    return ZooError(
      .badFormat, message, at: Place(path: path, key: key.isEmpty ? nil : key), advice: advice)
  }
}
