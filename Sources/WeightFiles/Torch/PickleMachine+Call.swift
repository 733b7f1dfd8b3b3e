import Basics

extension PickleMachine {
  /// Pushes a name, if the rule lets it in.
  mutating func name(_ module: String, _ name: String) throws {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw refusal(
        "names", "\(module).\(name)",
        nearest: PickleGlobal.suggestion(module: module, name: name))
    }
    push(.global(global))
  }

  /// REDUCE: emulates one of the functions, or refuses.
  mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws {
    guard case .global(let global) = heap[callee] else {
      throw failure("the pickle calls \(heap.kind(callee)); expected a name")
    }
    guard case .tuple(let items) = heap[arguments] else {
      throw failure(
        "the pickle calls \(global.description) with \(heap.kind(arguments)); expected a tuple")
    }
    switch global.role {
    case .function(let function):
      try stack.append(result(of: function, items, name: global.description))
    case .opaque: push(object(of: global, arguments))
    // A member of an Enum is its class, called with its value.
    case .inert where global.isOwnClass && items.count == 1 && isPlain(items[0]):
      push(object(of: global, arguments))
    default: throw refusal("calls", global.description)
    }
  }

  private func isPlain(_ value: PickleValue) -> Bool {
    if case .node = value { heap.text(value) != nil } else { true }
  }

  private func object(of global: PickleGlobal, _ arguments: PickleValue?) -> PickleNode {
    .object(
      PickleObject(
        className: global.description, state: nil, arguments: arguments,
        takesItems: global.role == .opaque || global.isOwnClass))
  }

  private mutating func result(
    of function: PickleFunction, _ arguments: [PickleValue], name: String
  ) throws -> PickleValue {
    func argument(_ index: Int) throws -> PickleValue {
      guard index < arguments.count else {
        throw failure("the pickle calls \(name) with \(arguments.count) arguments; too few")
      }
      return arguments[index]
    }
    switch function {
    case .orderedDictionary, .dictionary, .counter: return try dictionary(arguments, name)
    case .defaultDictionary: return try dictionary(Array(arguments.dropFirst()), name)
    case .set, .frozenSet: return heap.add(.set(try items(arguments, name)))
    case .list: return heap.add(.list(try items(arguments, name)))
    case .tuple, .size: return heap.add(.tuple(try items(arguments, name)))
    case .byteArray, .bytes, .encode: return try bytes(arguments, name)
    case .reconstructor:
      // Class, base, and of a class over Python's dictionary or list its content.
      try instantiate(argument(0), arguments.count > 2 ? arguments[2] : nil)
      return try pop()
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3:
      return try tensor(function, arguments, name)
    case .rebuildParameter, .rebuildParameterWithState, .parameter:
      guard heap.tensor(try argument(0)) != nil else {
        throw failure(
          "the pickle calls \(name) with \(heap.kind(arguments[0])); expected a tensor")
      }
      return arguments[0]
    case .rebuildFromType:
      // The first argument is the function that makes the tensor, the third that one's arguments.
      guard case .global(let inner) = heap[try argument(0)], case .function(let maker) = inner.role,
        [.rebuildTensor, .rebuildTensorV2, .rebuildTensorV3].contains(maker),
        let items = heap.items(try argument(2))
      else {
        throw failure("the pickle calls \(name) with something that makes no tensor")
      }
      return try tensor(maker, items, inner.description)
    case .device:
      return try argument(0)
    case .scalar: return try scalar(argument(0), argument(1))
    case .elementType: return try elementType(argument(0))
    case .reconstructArray: return heap.add(.array(NumpyArray()))
    case .arrayFromBuffer: return try array(arguments, name)
    case .partial: return heap.add(.object(PickleObject(className: name, state: nil)))
    }
  }

  /// NEWOBJ and copyreg: an inert object of a class.
  mutating func instantiate(_ type: PickleValue, _ arguments: PickleValue?) throws {
    guard case .global(let global) = heap[type] else {
      throw failure(
        "the pickle makes an object of \(heap.kind(type)); expected the name of a class")
    }
    guard global.role == .inert || global.role == .opaque else {
      throw refusal("makes an object of", global.description)
    }
    push(object(of: global, arguments))
  }

  /// BUILD: keeps an object's state as data.
  mutating func build(_ target: PickleValue, _ state: PickleValue) throws {
    let numpyState = heap.items(state)
    let order = numpyState.flatMap { $0.count > 1 ? heap.text($0[1]) : nil }
    switch heap[target] {
    case .object(let object):
      guard object.state == nil else {
        throw failure("the pickle gives \(heap.kind(target)) its state twice")
      }
      _ = heap.change(target) { node in
        guard case .object(var object) = node else { return }
        object.state = state
        node = .object(object)
      }
    case .dictionary, .tensor:
      // Attributes beside the content: a state dictionary's versions, a parameter's hooks.
      break
    case .elementType(var type):
      type.isBigEndian = order == ">"
      _ = heap.change(target) { $0 = .elementType(type) }
    case .array: try fill(target, numpyState ?? [])
    default:
      throw failure("the pickle gives a state to \(heap.kind(target)); expected an object")
    }
  }

  /// A call's only argument, which holds the elements; none without.
  private mutating func items(_ arguments: [PickleValue], _ name: String) throws -> [PickleValue] {
    guard let first = arguments.first else { return [] }
    guard let items = heap.items(first) else {
      throw failure("the pickle calls \(name) with \(heap.kind(first)); expected a list")
    }
    try charge(items.count * MemoryLayout<PickleValue>.stride)
    return items
  }

  /// A dictionary from nothing, another one, or a list of pairs (as Python 2 writes it).
  private mutating func dictionary(_ arguments: [PickleValue], _ name: String) throws
    -> PickleValue
  {
    guard let first = arguments.first else { return heap.add(.dictionary(PickleDictionary())) }
    if let copy = heap.dictionary(first) {
      // Two values, and as much again for the table of texts.
      try charge(copy.items.count * 4 * MemoryLayout<PickleValue>.stride)
      return heap.add(.dictionary(copy))
    }
    var flat: [PickleValue] = []
    for pair in try items(arguments, name) {
      guard let both = heap.items(pair), both.count == 2 else {
        throw failure("the pickle calls \(name) with \(heap.kind(pair)); expected a pair")
      }
      flat += both
    }
    push(.dictionary(PickleDictionary()))
    try setItems(flat)
    return try pop()
  }

  /// Bytes, as protocol 2 writes them: a text of Latin-1 to be encoded, or none at all.
  private mutating func bytes(_ arguments: [PickleValue], _ name: String) throws -> PickleValue {
    guard let first = arguments.first else { return heap.add(.bytes([])) }
    if case .bytes = heap[first] { return first }
    guard let text = heap.text(first) else {
      throw failure("the pickle calls \(name) with \(heap.kind(first)); expected a text")
    }
    try charge(text.utf8.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw failure("the pickle calls \(name) with a text beyond Latin-1")
      }
      bytes.append(byte)
    }
    return heap.add(.bytes(bytes))
  }
}
