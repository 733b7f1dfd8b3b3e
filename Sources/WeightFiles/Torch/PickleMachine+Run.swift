import Basics

extension PickleMachine {
  /// Interprets the pickle to its end.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the byte and the operation.
  mutating func run() throws -> PickleValue {
    var count = 0
    while true {
      operation = position
      count += 1
      guard count <= Self.maximumOperationCount else {
        throw failure("the pickle has more than \(Self.maximumOperationCount) operations")
      }
      guard position < bytes.count else {
        throw failure("the pickle ends without its end mark", advice: ZipReader.cutShort)
      }
      let code = bytes[position]
      position += 1
      if code == UInt8(ascii: ".") { break }
      if try atom(code) { continue }
      if try memory(code) { continue }
      try structure(code)
    }
    let result = try pop()
    guard stack.isEmpty, marks.isEmpty else {
      throw failure("the pickle ends with values left on its stack")
    }
    return result
  }

  /// Operations that push a value written in the pickle; false when it is another operation.
  private mutating func atom(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88, 0x89: stack.append(.boolean(code == 0x88))
    case UInt8(ascii: "J"): stack.append(.integer(Int(try number(Int32.self))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try number(UInt8.self))))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try number(UInt16.self))))
    case UInt8(ascii: "I"): try decimal(line(), isLong: false)
    case UInt8(ascii: "L"): try decimal(line(), isLong: true)
    case 0x8a: try large(UInt64(number(UInt8.self)))
    case 0x8b:
      let count = try number(Int32.self)
      guard count >= 0 else { throw failure("a whole number of the pickle has \(count) bytes") }
      try large(UInt64(count))
    case UInt8(ascii: "G"):
      stack.append(
        .number(Double(bitPattern: try take(8).loadUnaligned(as: UInt64.self).bigEndian)))
    case UInt8(ascii: "F"):
      let digits = try text(line())
      guard let value = Double(digits) else {
        throw failure("\"\(digits)\" is not a number")
      }
      stack.append(.number(value))
    case UInt8(ascii: "X"): try push(.text(text(take(UInt64(number(UInt32.self))))))
    case 0x8c: try push(.text(text(take(UInt64(number(UInt8.self))))))
    case 0x8d: try push(.text(text(take(number(UInt64.self)))))
    case UInt8(ascii: "T"): try bytesOrText(take(UInt64(number(UInt32.self))))
    case UInt8(ascii: "U"): try bytesOrText(take(UInt64(number(UInt8.self))))
    case UInt8(ascii: "B"): try push(.bytes(Array(take(UInt64(number(UInt32.self))))))
    case UInt8(ascii: "C"): try push(.bytes(Array(take(UInt64(number(UInt8.self))))))
    case 0x8e, 0x96: try push(.bytes(Array(take(number(UInt64.self)))))
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary(PickleDictionary()))
    case 0x8f: push(.set([]))
    default: return false
    }
    return true
  }

  /// Operations on the stack and the memo, and those that frame the pickle.
  private mutating func memory(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x80:
      let version = try number(UInt8.self)
      guard version <= 5 else {
        throw failure("the pickle has protocol \(version); expected at most 5")
      }
    case 0x95:
      let count = try number(UInt64.self)
      guard count <= UInt64(bytes.count - position) else {
        throw failure(
          "a frame of the pickle has \(count) bytes, but only \(bytes.count - position) follow",
          advice: ZipReader.cutShort)
      }
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if stack.count > marks.last ?? 0 { stack.removeLast() } else { _ = try popMark() }
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "q"): memo[Int(try number(UInt8.self))] = try top()
    case UInt8(ascii: "r"): memo[Int(try number(UInt32.self))] = try top()
    case UInt8(ascii: "p"): memo[try index(line())] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): try recall(Int(number(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(number(UInt32.self)))
    case UInt8(ascii: "g"): try recall(index(line()))
    default: return false
    }
    return true
  }

  /// Operations that build a value from others, and those that are refused.
  private mutating func structure(_ code: UInt8) throws {
    switch code {
    case UInt8(ascii: "t"): try push(.tuple(popMark()))
    case UInt8(ascii: "l"): try push(.list(popMark()))
    case UInt8(ascii: "d"):
      let items = try popMark()
      push(.dictionary(PickleDictionary()))
      try setItems(items)
    case 0x85, 0x86, 0x87: try push(.tuple(pop(Int(code) - 0x84)))
    case 0x91: try push(.set(popMark()))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"): try append(popMark())
    case 0x90: try addToSet(popMark())
    case UInt8(ascii: "s"): try setItems(pop(2))
    case UInt8(ascii: "u"): try setItems(popMark())
    case UInt8(ascii: "c"):
      let module = try text(line())
      try name(module, text(line()))
    case 0x93:
      let path = try pop(2)
      guard let module = heap.text(path[0]), let last = heap.text(path[1]) else {
        throw failure("the pickle names something by \(heap.kind(path[0])); expected texts")
      }
      try name(module, last)
    case UInt8(ascii: "R"):
      let arguments = try pop()
      try call(pop(), arguments)
    case 0x81:
      let arguments = try pop()
      try instantiate(pop(), arguments)
    case 0x92:
      let arguments = heap.add(.tuple(try pop(2)))
      try instantiate(pop(), arguments)
    case UInt8(ascii: "b"):
      let state = try pop()
      try build(top(), state)
    case UInt8(ascii: "Q"): try refer(pop())
    default: throw refused(code)
    }
  }

  private func refused(_ code: UInt8) -> ZooError {
    let names: [UInt8: String] = [
      UInt8(ascii: "i"): "INST", UInt8(ascii: "o"): "OBJ", UInt8(ascii: "P"): "PERSID",
      UInt8(ascii: "S"): "STRING", UInt8(ascii: "V"): "UNICODE", 0x82: "EXT1", 0x83: "EXT2",
      0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
    guard let name = names[code] else {
      return failure("byte \(hexadecimal(code)) is no pickle operation", advice: ZipReader.cutShort)
    }
    return failure(
      "the pickle has the operation \(name), which torch.save never writes",
      advice: "Nothing was executed. Such a file is made by hand: don't trust it.")
  }

  /// Where a memo's text points.
  private func index(_ digits: UnsafeRawBufferPointer) throws -> Int {
    guard let index = Int(try text(digits)), index >= 0 else {
      throw failure("the pickle's memo has no such place")
    }
    return index
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else {
      throw failure("the pickle refers to value \(index) of its memo, which it never put there")
    }
    stack.append(value)
  }

  /// A whole number written in decimal; Python writes booleans as 00 and 01.
  private mutating func decimal(_ line: UnsafeRawBufferPointer, isLong: Bool) throws {
    var digits = try text(line)
    if !isLong, digits == "00" || digits == "01" {
      stack.append(.boolean(digits == "01"))
      return
    }
    if isLong, digits.hasSuffix("L") { digits.removeLast() }
    guard let value = Int(digits) else {
      throw failure("\"\(digits)\" is not a whole number of at most 64 bits")
    }
    stack.append(.integer(value))
  }

  /// A whole number of little-endian bytes in two's complement.
  private mutating func large(_ count: UInt64) throws {
    let digits = try take(count)
    guard count > 8 else {
      var value = 0
      for (index, byte) in digits.enumerated() { value |= Int(byte) << (8 * index) }
      if let last = digits.last, last >= 0x80, count < 8 { value -= 1 << (8 * Int(count)) }
      stack.append(.integer(value))
      return
    }
    push(.large(Array(digits)))
  }

  /// A text of Python 2, which may as well be bytes.
  private mutating func bytesOrText(_ content: UnsafeRawBufferPointer) throws {
    push(String(validating: content, as: UTF8.self).map(PickleNode.text) ?? .bytes(Array(content)))
  }

  private mutating func append(_ items: [PickleValue]) throws {
    let target = try top()
    let isList = heap.change(target) { node in
      if PickleMachine.give(items, to: &node) { return true }
      guard case .list(var list) = node else { return false }
      node = .vacant
      list.append(contentsOf: items)
      node = .list(list)
      return true
    }
    guard isList == true else {
      throw failure("the pickle appends to \(heap.kind(target)); expected a list")
    }
  }

  /// Adds to what an object holds, in place; false for anything else, and for one that takes none.
  private static func give(_ items: [PickleValue], to node: inout PickleNode) -> Bool {
    guard case .object(var object) = node, object.takesItems else { return false }
    node = .vacant
    object.items.append(contentsOf: items)
    node = .object(object)
    return true
  }

  private mutating func addToSet(_ items: [PickleValue]) throws {
    let target = try top()
    let isSet = heap.change(target) { node in
      if PickleMachine.give(items, to: &node) { return true }
      guard case .set(var set) = node else { return false }
      node = .vacant
      set.append(contentsOf: items)
      node = .set(set)
      return true
    }
    guard isSet == true else {
      throw failure("the pickle adds to \(heap.kind(target)); expected a set")
    }
  }

  /// Puts keys and values, one after the other, into the dictionary on top of the stack.
  mutating func setItems(_ items: [PickleValue]) throws {
    let target = try top()
    guard items.count % 2 == 0 else { throw failure("the pickle sets a key without a value") }
    let texts = stride(from: 0, to: items.count, by: 2).map { heap.text(items[$0]) }
    var duplicate: String?
    let isDictionary = heap.change(target) { node in
      if PickleMachine.give(items, to: &node) { return true }
      guard case .dictionary(var dictionary) = node else { return false }
      node = .vacant
      for (index, text) in texts.enumerated() {
        let isNew = dictionary.append(items[2 * index], text: text, items[2 * index + 1])
        if !isNew { duplicate = text }
      }
      node = .dictionary(dictionary)
      return true
    }
    guard isDictionary == true else {
      throw failure("the pickle sets an item of \(heap.kind(target)); expected a dictionary")
    }
    if let duplicate { throw failure("the pickle sets the key \"\(duplicate)\" twice") }
  }
}
