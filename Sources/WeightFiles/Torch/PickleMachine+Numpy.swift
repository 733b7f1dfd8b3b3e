import Basics

extension PickleMachine {
  /// numpy's type of a text such as `f8`.
  mutating func elementType(_ argument: PickleValue) throws -> PickleValue {
    guard let text = heap.text(argument), let kind = text.first else {
      throw failure("the pickle names a numpy type by \(heap.kind(argument)); expected a text")
    }
    guard let count = Int(text.dropFirst()), count >= 0, count <= 1 << 20 else {
      // Objects, records and dates: nothing here reads their values.
      return heap.add(.elementType(NumpyType(kind: "O", byteCount: 0)))
    }
    return heap.add(.elementType(NumpyType(kind: kind, byteCount: kind == "U" ? 4 * count : count)))
  }

  /// numpy's scalar: a number of Python's, or None for a type whose values are not read.
  mutating func scalar(_ type: PickleValue, _ content: PickleValue) throws -> PickleValue {
    guard case .elementType(let type) = heap[type] else {
      throw failure("the pickle makes a numpy scalar of \(heap.kind(type)); expected a type")
    }
    let bytes: [UInt8]
    switch heap[content] {
    case .bytes(let content): bytes = content
    case .text(let text): bytes = Array(text.utf8)  // Python 2 has no bytes of its own.
    default: return .none
    }
    guard bytes.count == type.byteCount else {
      if type.kind == "O" { return .none }
      throw failure("a numpy scalar has \(bytes.count) bytes; expected \(type.byteCount)")
    }
    if type.kind == "U" || type.kind == "S" {
      return type.text(bytes[...]).map { heap.add(.text($0)) } ?? .none
    }
    return type.value(bytes[...]) ?? .none
  }

  /// BUILD of an array: version, shape, type, order, bytes.
  mutating func fill(_ target: PickleValue, _ state: [PickleValue]) throws {
    guard state.count >= 5, let shape = heap.integers(state[1]),
      case .elementType(let type) = heap[state[2]]
    else {
      throw failure("the state of a numpy array is not as numpy writes it")
    }
    // A list of objects: nothing here reads them.
    guard case .bytes(let bytes) = heap[state[4]] else { return }
    let array = try checked(type, shape, bytes)
    _ = heap.change(target) { $0 = .array(array) }
  }

  /// An array of protocol 5: bytes, type, shape, order.
  mutating func array(_ arguments: [PickleValue], _ name: String) throws -> PickleValue {
    guard arguments.count >= 3, case .bytes(let bytes) = heap[arguments[0]],
      case .elementType(let type) = heap[arguments[1]], let shape = heap.integers(arguments[2])
    else {
      throw failure("the pickle calls \(name) with something else than bytes, type and shape")
    }
    return heap.add(.array(try checked(type, shape, bytes)))
  }

  private func checked(_ type: NumpyType, _ shape: [Int], _ bytes: [UInt8]) throws -> NumpyArray {
    guard shape.allSatisfy({ $0 >= 0 }), let count = TensorFile.elementCount(shape),
      case (let size, let overflow) = count.multipliedReportingOverflow(by: type.byteCount),
      !overflow,
      size == bytes.count || type.kind == "O"
    else {
      throw failure("a numpy array of shape \(shape) has \(bytes.count) bytes")
    }
    return NumpyArray(type: type, shape: shape, bytes: bytes)
  }
}

extension NumpyType {
  /// A number of its bytes, or nil for a type that is not read.
  func value(_ bytes: ArraySlice<UInt8>) -> PickleValue? {
    guard bytes.count == byteCount, byteCount <= 8 else { return nil }
    var word: UInt64 = 0
    for byte in isBigEndian ? Array(bytes) : bytes.reversed() { word = word << 8 | UInt64(byte) }
    switch (kind, byteCount) {
    case ("f", 8): return .number(Double(bitPattern: word))
    case ("f", 4): return .number(Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))))
    case ("f", 2): return .number(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: word))))
    case ("b", 1): return .boolean(word != 0)
    case ("i", 1...8):
      let shift = 64 - 8 * byteCount
      return .integer(Int(Int64(bitPattern: word << shift) >> shift))
    case ("u", 1...8): return Int(exactly: word).map { .integer($0) }
    default: return nil
    }
  }

  /// A text of its bytes, four a character for kind `U` and one for `S`, without the NULs after it.
  func text(_ bytes: ArraySlice<UInt8>) -> String? {
    var scalars = String.UnicodeScalarView()
    let width = kind == "U" ? 4 : 1
    var index = bytes.startIndex
    while bytes.endIndex - index >= width {
      let unit = bytes[index..<index + width]
      var value: UInt32 = 0
      for byte in isBigEndian ? Array(unit) : unit.reversed() { value = value << 8 | UInt32(byte) }
      if value == 0 { break }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      scalars.append(scalar)
      index += width
    }
    return String(scalars)
  }
}
