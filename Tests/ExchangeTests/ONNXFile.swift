import Foundation

/// An ONNX file taken apart by the numbers of its fields, to hold the writer against the format.
struct ONNXFile {
  struct Node {
    var inputs: [String] = []
    var outputs: [String] = []
    var type = ""
    var integers: [String: [Int]] = [:]
    var floats: [String: Float] = [:]
  }

  private(set) var nodes: [Node] = []
  private(set) var constants: [String: NumberArray] = [:]
  /// Names of inputs with their extents; a free one is written by its name.
  private(set) var inputs: [String: [String]] = [:]
  private(set) var outputs: [String: [String]] = [:]
  private(set) var metadata: [String: String] = [:]
  private(set) var formatVersion = 0
  private(set) var operatorSet = 0

  init(_ bytes: Data) {
    for field in ProtobufFields(bytes) {
      switch field.number {
      case 1: formatVersion = field.integer
      case 7: readGraph(field.bytes)
      case 8:
        for part in ProtobufFields(field.bytes) where part.number == 2 {
          operatorSet = part.integer
        }
      case 14:
        let entry = ProtobufFields(field.bytes).map { String(decoding: $0.bytes, as: UTF8.self) }
        metadata[entry[0]] = entry[1]
      default: break
      }
    }
  }

  private mutating func readGraph(_ bytes: Data) {
    for field in ProtobufFields(bytes) {
      switch field.number {
      case 1: nodes.append(node(field.bytes))
      case 5: readConstant(field.bytes)
      case 11:
        let (name, extents) = valueInfo(field.bytes)
        inputs[name] = extents
      case 12:
        let (name, extents) = valueInfo(field.bytes)
        outputs[name] = extents
      default: break
      }
    }
  }

  private func node(_ bytes: Data) -> Node {
    var node = Node()
    for field in ProtobufFields(bytes) {
      switch field.number {
      case 1: node.inputs.append(field.text)
      case 2: node.outputs.append(field.text)
      case 4: node.type = field.text
      case 5:
        let parts = ProtobufFields(field.bytes)
        let name = parts.first { $0.number == 1 }?.text ?? ""
        let kind = parts.first { $0.number == 20 }?.integer
        if kind == 1 {
          node.floats[name] = parts.first { $0.number == 2 }?.float
        } else {
          node.integers[name] = parts.filter { $0.number == (kind == 2 ? 3 : 8) }.map(\.integer)
        }
      default: break
      }
    }
    return node
  }

  private mutating func readConstant(_ bytes: Data) {
    let fields = ProtobufFields(bytes)
    let shape = fields.filter { $0.number == 1 }.map(\.integer)
    let name = fields.first { $0.number == 8 }?.text ?? ""
    let raw = fields.first { $0.number == 9 }?.bytes
    let values =
      raw.map { raw in
        raw.withUnsafeBytes { bytes in
          (0..<bytes.count / 4).map {
            Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self))
          }
        }
      } ?? fields.filter { $0.number == 7 }.map { Double($0.integer) }
    constants[name] = NumberArray(shape, values)
  }

  private func valueInfo(_ bytes: Data) -> (String, [String]) {
    let fields = ProtobufFields(bytes)
    let type = fields.first { $0.number == 2 }?.bytes ?? Data()
    let tensor = ProtobufFields(type).first { $0.number == 1 }?.bytes ?? Data()
    let shape = ProtobufFields(tensor).first { $0.number == 2 }?.bytes ?? Data()
    let extents = ProtobufFields(shape).flatMap { ProtobufFields($0.bytes) }
      .map { $0.number == 1 ? "\($0.integer)" : $0.text }
    return (fields.first { $0.number == 1 }?.text ?? "", extents)
  }
}

/// The fields of a Protocol Buffers message in their order.
struct ProtobufFields: Sequence, IteratorProtocol {
  struct Field {
    let number: Int
    var integer = 0
    var bytes = Data()
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var float: Float {
      Float(bitPattern: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: Data) { self.bytes = Array(bytes) }

  mutating func next() -> Field? {
    guard position < bytes.count else { return nil }
    let key = varint()
    var field = Field(number: Int(key >> 3))
    switch key & 7 {
    case 0: field.integer = Int(truncatingIfNeeded: varint())
    case 5: field.bytes = take(4)
    case 2: field.bytes = take(Int(varint()))
    default: preconditionFailure("wire type \(key & 7)")
    }
    return field
  }

  private mutating func take(_ count: Int) -> Data {
    defer { position += count }
    return Data(bytes[position..<position + count])
  }

  private mutating func varint() -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    while true {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }
}
