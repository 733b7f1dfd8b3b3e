import Basics

/// Turns the plain values of a pickle into attributes; objects and names are left out.
struct AttributeReader {
  /// How many values are read in all: lists that hold one another could unfold to any number.
  static let maximumValueCount = 100_000
  private static let maximumDepth = 8

  let file: TorchFile
  let bytes: UnsafeRawBufferPointer
  private var left = AttributeReader.maximumValueCount

  init(file: TorchFile, bytes: UnsafeRawBufferPointer) {
    self.file = file
    self.bytes = bytes
  }

  /// The attributes of some values, without those that can't be read.
  mutating func attributes(_ values: [String: PickleValue]) -> [String: StateDictionary.Attribute] {
    var attributes: [String: StateDictionary.Attribute] = [:]
    // Sorted, so that it does not depend on chance which are left out for their number.
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      // An optimizer's state belongs to a training run that can't go on here.
      if file.heap.dictionary(value)?["param_groups"] != nil { continue }
      if let attribute = attribute(value, depth: 0) { attributes[key] = attribute }
    }
    return attributes
  }

  private mutating func attribute(_ value: PickleValue, depth: Int) -> StateDictionary.Attribute? {
    left -= 1
    guard left >= 0, depth <= Self.maximumDepth else { return nil }
    switch value {
    case .none: return StateDictionary.Attribute.none
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .node: break
    }
    switch file.heap[value] {
    case .text(let text): return .text(text)
    case .list(let items), .tuple(let items), .set(let items):
      guard items.count <= left else { return nil }
      var list: [StateDictionary.Attribute] = []
      list.reserveCapacity(items.count)
      for item in items {
        guard let attribute = attribute(item, depth: depth + 1) else { return nil }
        list.append(attribute)
      }
      return .list(list)
    case .dictionary(let dictionary): return members(of: dictionary, depth: depth)
    case .tensor(let tensor): return numbers(of: tensor)
    case .array(let array): return numbers(of: array)
    default: return nil
    }
  }

  private mutating func members(of dictionary: PickleDictionary, depth: Int)
    -> StateDictionary.Attribute?
  {
    guard dictionary.items.count <= left else { return nil }
    var members: [StateDictionary.Attribute.Member] = []
    for item in dictionary.items {
      let key: String
      switch item.key {
      case .integer(let number): key = String(number)
      default:
        guard let text = file.heap.text(item.key) else { continue }
        key = text
      }
      if let value = attribute(item.value, depth: depth + 1) {
        members.append(StateDictionary.Attribute.Member(key: key, value: value))
      }
    }
    return .dictionary(members)
  }

  /// A tensor of at most one axis as numbers.
  private mutating func numbers(of tensor: TorchTensor) -> StateDictionary.Attribute? {
    guard tensor.shape.count <= 1, tensor.count <= left, let type = tensor.type.element else {
      return nil
    }
    left -= tensor.count
    let start = file.offsets[tensor.storage.index] + tensor.offset * type.byteCount
    let values = FloatConversion.floats(
      UnsafeRawBufferPointer(rebasing: bytes[start...]), as: type, count: tensor.count,
      shape: tensor.shape, strides: tensor.strides)
    let numbers = values.map { StateDictionary.Attribute.number(Double($0)) }
    return tensor.shape.isEmpty ? numbers.first : .list(numbers)
  }

  /// An array of at most one axis as numbers or texts.
  private mutating func numbers(of array: NumpyArray) -> StateDictionary.Attribute? {
    guard array.shape.count <= 1, let type = array.type, type.byteCount > 0,
      array.bytes.count / type.byteCount <= left
    else { return nil }
    left -= array.bytes.count / type.byteCount
    var list: [StateDictionary.Attribute] = []
    for start in stride(from: 0, to: array.bytes.count, by: type.byteCount) {
      let element = array.bytes[start..<start + type.byteCount]
      switch type.value(element) {
      case .integer(let value): list.append(.integer(value))
      case .number(let value): list.append(.number(value))
      case .boolean(let value): list.append(.boolean(value))
      default:
        guard type.kind == "U" || type.kind == "S", let text = type.text(element) else {
          return nil
        }
        list.append(.text(text))
      }
    }
    return array.shape.isEmpty ? list.first : .list(list)
  }
}
