import Basics
import Tensors

/// A graph of the Open Neural Network Exchange format, and the model file around it.
///
/// Fields and their numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Operators are
/// those of set 17 (https://onnx.ai/onnx/operators/), which ONNX Runtime and OpenVINO read.
struct ONNXGraph {
  /// An extent of an input or output: a number, or a name for one that is free.
  enum Extent {
    case fixed(Int)
    case free(String)
  }

  /// The value of an operator's attribute.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
  }

  /// The type of a tensor's elements, by its number in the format.
  enum Element: Int {
    case float = 1
    case integer = 7
  }

  static let operatorSet = 17
  /// The version of the file format that came with the operator set.
  static let formatVersion = 8
  /// Readers of Protocol Buffers take no message over 2 GiB.
  static let maximumSize = 1 << 31 - 1

  private var nodes: [ProtobufMessage] = []
  private var initializers: [ProtobufMessage] = []
  private var inputs: [ProtobufMessage] = []
  private var outputs: [ProtobufMessage] = []
  private var names: Set<String> = []
  private var operatorCounts: [String: Int] = [:]

  /// Declares an input.
  mutating func addInput(_ name: String, _ element: Element, _ extents: [Extent]) {
    names.insert(name)
    inputs.append(ONNXGraph.valueInfo(name, element, extents))
  }

  /// Declares an output.
  mutating func addOutput(_ name: String, _ extents: [Extent]) {
    outputs.append(ONNXGraph.valueInfo(name, .float, extents))
  }

  /// Whether constants are named alone, for a graph that is only tried.
  var isDry = false

  /// Adds a constant tensor of numbers once; the name.
  @discardableResult
  mutating func constant(_ name: String, _ make: @autoclosure () -> Tensor) -> String {
    guard names.insert(name).inserted, !isDry else { return name }
    let tensor = make()
    var message = ONNXGraph.tensor(name, .float, tensor.shape)
    message.add(9, tensor)
    initializers.append(message)
    return name
  }

  /// Adds a constant vector of whole numbers once; the name.
  mutating func constant(_ values: [Int]) -> String {
    constant("integers_" + values.map(String.init).joined(separator: "_"), integers: values)
  }

  /// The same under a name of one's own.
  mutating func constant(_ name: String, integers values: [Int]) -> String {
    guard names.insert(name).inserted else { return name }
    var message = ONNXGraph.tensor(name, .integer, [values.count])
    for value in values { message.add(7, value) }
    initializers.append(message)
    return name
  }

  /// Adds a constant whole number without an axis once; the name.
  mutating func constant(scalar value: Int) -> String {
    let name = "integer_\(value)"
    guard names.insert(name).inserted else { return name }
    var message = ONNXGraph.tensor(name, .integer, [])
    message.add(7, value)
    initializers.append(message)
    return name
  }

  /// Adds an operator with one output; the output's name, a fresh one unless given.
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [],
    named output: String? = nil
  ) -> String {
    let number = operatorCounts[type, default: 0]
    operatorCounts[type] = number + 1
    let name = output ?? "\(type)_\(number)"
    names.insert(name)
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    node.add(2, name)
    node.add(3, "\(type)_\(number)")
    node.add(4, type)
    for (key, value) in attributes { node.add(5, ONNXGraph.attribute(key, value)) }
    nodes.append(node)
    return name
  }

  /// The model file.
  func model(producerVersion: String, description: String, metadata: [(String, String)])
    -> ProtobufMessage
  {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(1, node) }
    graph.add(2, "encoderzoo")
    for initializer in initializers { graph.add(5, initializer) }
    for input in inputs { graph.add(11, input) }
    for output in outputs { graph.add(12, output) }
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, ONNXGraph.operatorSet)
    var model = ProtobufMessage()
    model.add(1, ONNXGraph.formatVersion)
    model.add(2, "EncoderZoo")
    model.add(3, producerVersion)
    model.add(6, description)
    model.add(7, graph)
    model.add(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model
  }

  private static func tensor(_ name: String, _ element: Element, _ shape: [Int])
    -> ProtobufMessage
  {
    var message = ProtobufMessage()
    for extent in shape { message.add(1, extent) }
    message.add(2, element.rawValue)
    message.add(8, name)
    return message
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch value {
    case .float(let number):
      message.add(2, number)
      message.add(20, 1)
    case .integer(let number):
      message.add(3, number)
      message.add(20, 2)
    case .integers(let numbers):
      for number in numbers { message.add(8, number) }
      message.add(20, 7)
    }
    return message
  }

  private static func valueInfo(_ name: String, _ element: Element, _ extents: [Extent])
    -> ProtobufMessage
  {
    var shape = ProtobufMessage()
    for extent in extents {
      var dimension = ProtobufMessage()
      switch extent {
      case .fixed(let number): dimension.add(1, number)
      case .free(let name): dimension.add(2, name)
      }
      shape.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, element.rawValue)
    tensor.add(2, shape)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var message = ProtobufMessage()
    message.add(1, name)
    message.add(2, type)
    return message
  }
}
