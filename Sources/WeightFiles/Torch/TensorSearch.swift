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
  private var counts: [Int: Int] = [:]
  /// Objects whose tensors were counted; each count may look at all of the file.
  private var countedObjects = 0

  init(heap: PickleHeap, path: String?, byteCount: Int) {
    self.heap = heap
    self.path = path
    self.byteCount = byteCount
  }

  /// The tensors and their names, in PyTorch's order; `under` are keys to follow first.
  ///
  /// `prefix` begins with the keys of dictionaries that are meant, joined by dots; what is left of it
  /// (`found.prefix`) is the beginning of the tensors' names.
  ///
  /// - Throws: `ZooError` of code `.badFormat`, `.notFound` for a key that isn't there.
  mutating func tensors(of root: PickleValue, under keys: [String], prefix: String? = nil) throws
    -> [(name: String, tensor: TorchTensor)]
  {
    var value = root
    found.prefix = prefix
    defer { noteObjects() }
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
      guard let key = try asked(in: dictionary) ?? wrapper(in: dictionary),
        let next = dictionary[key]
      else {
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
    found.beside += holders(in: dictionary).filter { $0.key != key }
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

  /// The key that the prefix begins with, which is then taken from it; nil where it names none here.
  private mutating func asked(in dictionary: PickleDictionary) throws -> String? {
    guard let prefix = found.prefix, !prefix.isEmpty else { return nil }
    // Of two keys that fit, such as `net` and `net.ema`, the longer one is meant.
    var fitting: [String] = []
    for item in dictionary.items {
      guard let key = heap.text(item.key), prefix == key || prefix.hasPrefix("\(key).") else {
        continue
      }
      let inner = heap.dictionary(item.value)?.items ?? []
      if holdsTensors(item.value) || inner.contains(where: { holdsTensors($0.value) }) {
        fitting.append(key)
      }
    }
    guard let key = fitting.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
    let rest = String(prefix.dropFirst(key.count).drop { $0 == "." })
    found.prefix = rest.isEmpty ? nil : rest
    return key
  }

  /// The key of a checkpoint that leads to the tensors, or nil when they are here.
  ///
  /// Another key with at least half as many may be meant as well: a momentum encoder, a teacher, an
  /// average, the second of two encoders.
  private mutating func wrapper(in dictionary: PickleDictionary) throws -> String? {
    let usual = Self.wrappers + Self.averages
    guard let key = usual.first(where: { key in dictionary[key].map { holdsTensors($0) } ?? false })
    else { return nil }
    let own = dictionary[key].map { tensorCount($0) } ?? 0
    let rivals = holders(in: dictionary).filter { $0.key != key && 2 * $0.tensors >= own }
    guard rivals.isEmpty else {
      let all = (usual + rivals.map(\.key)).reduce(into: [String]()) { keys, next in
        let isMeant = next == key || rivals.contains { $0.key == next }
        if isMeant, !keys.contains(next) { keys.append(next) }
      }
      throw failure(
        "holds tensors under \(listed(all, dictionary)): which are meant is not clear",
        advice: Self.choice(all[0]))
    }
    for (name, object) in objects(in: dictionary) where 2 * object.tensorCount >= own {
      throw unread(name, object)
    }
    return key
  }

  /// Keys, each with how many tensors it holds.
  private mutating func listed(_ keys: [String], _ dictionary: PickleDictionary) -> String {
    keys.map { key in "\"\(key)\" (\(dictionary[key].map { tensorCount($0) } ?? 0))" }
      .joined(separator: keys.count == 2 ? " and " : ", ")
  }

  private static func choice(_ key: String) -> String {
    "Choose one by its key: --prefix \(key); in a study \"weights\": {\"from\": …, \"prefix\":"
      + " \"\(key)\"}."
  }

  /// The keys under which there are tensors, and how many.
  private mutating func holders(in dictionary: PickleDictionary) -> [(key: String, tensors: Int)] {
    var result: [(key: String, tensors: Int)] = []
    for item in dictionary.items {
      guard let key = heap.text(item.key), holdsTensors(item.value) else { continue }
      result.append((key, tensorCount(item.value)))
    }
    return result
  }

  /// The tensors of what `holdsTensors`.
  private mutating func tensorCount(_ value: PickleValue, depth: Int = 0) -> Int {
    guard case .node(let index) = value, depth <= Self.maximumDepth else { return 0 }
    if let count = counts[index] { return count }
    counts[index] = 0
    var count = 0
    if let dictionary = heap.dictionary(value) {
      count = dictionary.items.count { heap.text($0.key) != nil && heap.tensor($0.value) != nil }
      if count == 0 {
        for key in Self.wrappers + Self.averages {
          guard let inner = dictionary[key] else { continue }
          count = max(count, tensorCount(inner, depth: depth + 1))
        }
      }
    } else if heap.object(value) != nil {
      countedObjects += 1
      guard countedObjects <= 64 else { return 1 }
      var unread = UnreadObjects(heap: heap)
      count = unread.inside(value)?.tensorCount ?? 0
    }
    counts[index] = count
    return count
  }

  /// Objects of a dictionary that hold tensors and are not read; an optimizer's are no weights.
  private func objects(in dictionary: PickleDictionary) -> [(
    key: String, object: (classNames: [String], tensorCount: Int)
  )] {
    var unread = UnreadObjects(heap: heap)
    return dictionary.items.compactMap { item in
      guard let key = heap.text(item.key), let object = heap.object(item.value),
        ModuleWalk.state(of: item.value, in: heap)?["_modules"] == nil,
        !object.className.hasPrefix("torch.optim."), let inside = unread.inside(item.value),
        inside.tensorCount > 0
      else { return nil }
      return (key, inside)
    }
  }

  private func unread(_ key: String, _ object: (classNames: [String], tensorCount: Int)) -> ZooError
  {
    failure(
      "\"\(key)\" holds \(object.tensorCount) tensors in an object of class"
        + " \(object.classNames[0]), which is not read",
      advice: "In Python, save what it holds as a plain dictionary:"
        + " torch.save({name: tensor, …}, FILE).")
  }

  /// Notes what is an object beside the tensors.
  private mutating func noteObjects() {
    var unread = UnreadObjects(heap: heap)
    for (key, value) in found.values.sorted(by: { $0.key < $1.key }) {
      guard let inside = unread.inside(value) else { continue }
      found.unread.append(
        StateDictionary.UnreadObject(
          key: key, classNames: inside.classNames, tensorCount: inside.tensorCount))
    }
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
    let others = holders(in: dictionary)
    guard !tensors.isEmpty else {
      guard others.isEmpty else {
        throw failure(
          "holds tensors under \(listed(Array(others.map(\.key).prefix(8)), dictionary));"
            + " expected them under one of \(Self.wrappers.joined(separator: ", "))",
          advice: Self.choice(others[0].key))
      }
      if let (key, object) = objects(in: dictionary).first { throw unread(key, object) }
      throw failure("holds no tensors")
    }
    found.beside += others
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
