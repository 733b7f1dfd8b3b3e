/// A value of a pickle: a small number, or the index of a node in the machine's heap.
///
/// Nodes refer to one another by index, as Python's objects do by address. So a value can be filled
/// after others refer to it, cycles leak nothing, and freeing a structure a million deep does not
/// recurse.
enum PickleValue: Equatable {
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case node(Int)
}

/// What a heap's index stands for.
enum PickleNode {
  /// Taken out for a moment while it is changed.
  case vacant
  case text(String)
  case bytes([UInt8])
  /// A whole number beyond 64 bits: little-endian, two's complement.
  case large([UInt8])
  case list([PickleValue])
  case tuple([PickleValue])
  case set([PickleValue])
  case dictionary(PickleDictionary)
  // Indirect, so that the many small nodes of a pickle stay small.
  indirect case global(PickleGlobal)
  indirect case object(PickleObject)
  indirect case storage(TorchStorage)
  indirect case tensor(TorchTensor)
  indirect case elementType(NumpyType)
  indirect case array(NumpyArray)

  /// For messages: what it is.
  var kind: String {
    switch self {
    case .vacant: "nothing"
    case .text: "a text"
    case .bytes: "bytes"
    case .large: "a whole number"
    case .list: "a list"
    case .tuple: "a tuple"
    case .set: "a set"
    case .dictionary: "a dictionary"
    case .global(let global): "the name \(global.description)"
    case .object(let object): "an object of class \(object.className)"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .elementType: "a numpy type"
    case .array: "a numpy array"
    }
  }
}

/// A dictionary in the order of insertion.
struct PickleDictionary {
  private(set) var items: [(key: PickleValue, value: PickleValue)] = []
  /// Positions of the keys that are texts.
  private(set) var positions: [String: Int] = [:]

  /// Adds a value, unless its key is taken: then it returns false.
  ///
  /// `text` is the key's text if it is one.
  mutating func append(_ key: PickleValue, text: String?, _ value: PickleValue) -> Bool {
    if let text, positions.updateValue(items.count, forKey: text) != nil { return false }
    items.append((key, value))
    return true
  }

  /// What stands under a text.
  subscript(_ text: String) -> PickleValue? { positions[text].map { items[$0].value } }
}

/// An inert object: the name of its class, and what the pickle gave it, as data that nobody interprets.
struct PickleObject {
  let className: String
  /// What BUILD gave it; nil for an object without.
  var state: PickleValue?
  /// What it was made with; nil where that is not kept.
  var arguments: PickleValue?
  /// What was appended to it, added or set as its items, keys and values one after the other.
  var items: [PickleValue] = []
  /// Whether it may be given items, as an object of a class over Python's list or dictionary.
  var takesItems = false
}

/// A numpy type as the pickle writes it: `f8` is kind `f` of eight bytes.
struct NumpyType {
  let kind: Character
  let byteCount: Int
  var isBigEndian = false
}

/// A numpy array; `bytes` are in the array's own order of axes.
struct NumpyArray {
  var type: NumpyType?
  var shape: [Int] = []
  var bytes: [UInt8] = []
}
