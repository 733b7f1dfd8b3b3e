import Basics
import Tensors
import Training

/// Turns the traced passes of a model into a graph.
///
/// Maps are channels-first there, `[batch, channels, height, width]`. Texts are `[batch, words]`,
/// shorter ones filled up with 0: rows of packed texts become `[batch, words, width]`, and what a
/// window reads behind a text's last word is zero in both. So are texts word by word for attention,
/// with zeros behind the shorter ones; a layer over all their rows is one over the last axis.
struct GraphWriter {
  static let imageInput = "image"
  static let textInput = "words"
  static let output = "logits"

  let passes: TracedPasses
  var graph = ONNXGraph()
  /// How the texts are read, once a look-up has shown it.
  var reading: ProbeText.Reading?
  /// The name of each written step's result.
  private var names: [Int: String] = [:]
  /// Steps whose result is rows of packed texts.
  var packed: Set<Int> = []
  /// Steps whose result is texts word by word, `[batch, words, width]`, of whatever length.
  var sequences: Set<Int> = []
  /// Steps whose result is the rows of such texts one behind the other; in the graph they stay
  /// apart.
  var flattened: Set<Int> = []
  var shared: [String: String] = [:]
  /// Constants written once that stand for one of each case.
  private var repeated: Set<Int> = []

  init(_ passes: TracedPasses) { self.passes = passes }

  /// Writes what the logits need.
  ///
  /// - Throws: `ZooError` of code `.unsupported` that names what can't be written.
  mutating func run() throws {
    let steps = passes.one.trace.steps
    var wanted: Set<Int> = [passes.one.output]
    for index in steps.indices.reversed() where wanted.contains(index) {
      wanted.formUnion(steps[index].inputs)
    }
    if let images = passes.one.images {
      let shape = steps[images].shape
      graph.addInput(
        GraphWriter.imageInput, .float,
        [.free("batch"), .fixed(shape[3]), .fixed(shape[1]), .fixed(shape[2])])
      names[images] = GraphWriter.imageInput
    }
    if passes.one.texts != nil {
      graph.addInput(GraphWriter.textInput, .integer, [.free("batch"), .free("length")])
    }
    for index in steps.indices where wanted.contains(index) && names[index] == nil {
      names[index] = try write(index, steps[index])
    }
    let shape = steps[passes.one.output].shape
    graph.addOutput(GraphWriter.output, [.free("batch"), .fixed(shape[1])])
  }

  private mutating func write(_ index: Int, _ step: Trace.Step) throws -> String {
    let inputs = step.inputs.compactMap { names[$0] }
    let isMap = step.inputs.first.map { passes.one.trace.steps[$0].shape.count == 4 } ?? false
    if try keepsRows(step) { packed.insert(index) }
    if let name = try overSequences(index, step, inputs) { return name }
    let own = index == passes.one.output ? GraphWriter.output : nil
    switch step.operation {
    case .input: throw refusal("a second input")
    case .constant(let tensor): return try constant(index, tensor)
    case .relu: return graph.add("Relu", inputs, named: own)
    case .tanh: return graph.add("Tanh", inputs, named: own)
    case .sigmoid: return graph.add("Sigmoid", inputs, named: own)
    case .add: return graph.add("Add", inputs, named: own)
    case .multiply: return graph.add("Mul", inputs, named: own)
    case .scale(let factor):
      guard case .scale(factor) = passes.two.trace.steps[index].operation else {
        throw refusal("a factor that depends on the input")
      }
      let name = graph.constant("factor_\(factor)", Tensor([factor], shape: [1]))
      return graph.add("Mul", inputs + [name], named: own)
    case .concatenate:
      return graph.add("Concat", inputs, [("axis", .integer(isMap ? 1 : -1))], named: own)
    case .reshape: return try reshape(index, step, inputs[0], named: own)
    case .linear(let weights, let bias):
      return graph.add(
        "Gemm", inputs + [parameter(weights)] + (bias.map { [parameter($0)] } ?? []),
        [("transB", .integer(1))], named: own)
    case .convolution(let weights, let bias, let window):
      let channels = passes.one.trace.steps[step.inputs[0]].shape[3]
      let groups = ("group", ONNXGraph.Attribute.integer(channels / weights.value.channels))
      return graph.add(
        "Conv", inputs + [kernel(weights)] + (bias.map { [parameter($0)] } ?? []),
        attributes(window) + [groups], named: own)
    case .maxPool(let window):
      return graph.add("MaxPool", inputs, attributes(window), named: own)
    case .averagePool(let window):
      return graph.add(
        "AveragePool", inputs, attributes(window) + [("count_include_pad", .integer(1))],
        named: own)
    case .globalAveragePool:
      return graph.add("Flatten", [graph.add("GlobalAveragePool", inputs)], named: own)
    case .adaptiveAveragePool(let height, let width):
      return adaptivePool(step, inputs[0], height: height, width: width, named: own)
    case .mirror:
      let axis = graph.constant([3])
      let slice = [graph.constant([-1]), graph.constant([Int(Int32.min)]), axis]
      return graph.add("Slice", inputs + slice + [graph.constant([-1])], named: own)
    case .flattenChannelsFirst: return graph.add("Flatten", inputs, named: own)
    case .normalization(let norm, let relu):
      guard [2, 4].contains(step.shape.count) else {
        throw refusal("a normalisation of shape \(step.shape)")
      }
      return normalization(inputs, norm, relu: relu, isMap: isMap, named: own)
    case .embedding(let table, let indices, let padding):
      return try embedding(index, table, indices, padding: padding)
    case .convolutionMaxOverTime(let weights, let bias, let layout):
      return try convolution(step, inputs[0], weights, bias, layout, named: own)
    case .repeated(let parameter):
      repeated.insert(index)
      return self.parameter(parameter)
    case .unpacked(let layout): return try unpack(index, step, inputs[0], layout)
    case .meanOverRows(let counts):
      return try mean(index, step, inputs[0], counts, named: own)
    case .crossAttention(let heads, let counts):
      return try attention(index, step, inputs, heads: heads, counts, named: own)
    case .unknown(let name): throw refusal("the operation \"\(name)\"")
    }
  }

  /// Whether the result is rows of packed texts as the inputs are; refuses what can't be done to
  /// rows, or with a constant for each case.
  private func keepsRows(_ step: Trace.Step) throws -> Bool {
    if step.inputs.contains(where: repeated.contains) {
      switch step.operation {
      case .add, .multiply: break
      default: throw refusal("\"\(step.operation.name)\" of a constant for each case")
      }
    }
    let rows = step.inputs.filter(packed.contains)
    guard !rows.isEmpty else { return false }
    switch step.operation {
    case .relu, .add, .multiply, .scale, .concatenate:
      guard rows.count == step.inputs.count else { throw refusal("rows of words beside others") }
      return true
    case .convolutionMaxOverTime, .unpacked: return false
    default: throw refusal("\"\(step.operation.name)\" over rows of words")
    }
  }

  func refusal(_ what: String) -> ZooError {
    ZooError(
      .unsupported, "the model uses \(what), which can't be written as ONNX",
      advice: "such encoders and heads run here only; docs/python.md lists what can be written")
  }

  private func attributes(_ window: Window) -> [(String, ONNXGraph.Attribute)] {
    let (padding, dilation) = (window.padding, window.dilation)
    return [
      ("kernel_shape", .integers([window.height, window.width])),
      ("pads", .integers([padding.top, padding.left, padding.bottom, padding.right])),
      ("strides", .integers([window.stride, window.stride])),
    ] + (dilation == 1 ? [] : [("dilations", .integers([dilation, dilation]))])
  }

  /// A convolution's weights; those of two axes are a 1×1 kernel.
  private mutating func kernel(_ weights: Parameter) -> String {
    let value = weights.value
    guard value.shape.count == 2 else { return parameter(weights) }
    return graph.constant(
      weights.key, Tensor(value.values, shape: [value.shape[0], 1, 1, value.channels]).inFileOrder)
  }

  mutating func parameter(_ parameter: Parameter) -> String {
    graph.constant(parameter.key, parameter.value.inFileOrder)
  }

  /// A tensor that does not depend on the input: the same for every batch, or the same for each of
  /// its cases.
  private mutating func constant(_ index: Int, _ tensor: Tensor) throws -> String {
    guard case .constant(let other) = passes.two.trace.steps[index].operation else {
      throw refusal("a tensor that another batch makes by an operation")
    }
    if other.shape != tensor.shape {
      guard tensor.shape.first == 1, other.shape == [2] + tensor.shape.dropFirst(),
        other.values == tensor.values + tensor.values
      else { throw dependent }
      repeated.insert(index)
    } else if other.values != tensor.values {
      throw dependent
    }
    return graph.constant(
      "constant_\(index)", tensor.shape.count == 4 ? tensor.inFileOrder : tensor)
  }

  private var dependent: ZooError {
    refusal("a tensor made outside of the recorded operations that depends on the input")
  }

  private mutating func reshape(
    _ index: Int, _ step: Trace.Step, _ input: String, named own: String?
  ) throws -> String {
    let (one, two) = (step.shape, passes.two.trace.steps[index].shape)
    let free = one.indices.filter { one[$0] != two[$0] }
    guard one.count == two.count, free.count <= 1 else {
      throw refusal("a reshape from the batch into several axes")
    }
    var input = input
    if passes.one.trace.steps[step.inputs[0]].shape.count == 4 {
      input = graph.add("Transpose", [input], [("perm", .integers([0, 2, 3, 1]))])
    }
    let shape = graph.constant(one.indices.map { free.contains($0) ? -1 : one[$0] })
    let isMap = one.count == 4
    let flat = graph.add("Reshape", [input, shape], named: isMap ? nil : own)
    guard isMap else { return flat }
    return graph.add("Transpose", [flat], [("perm", .integers([0, 3, 1, 2]))], named: own)
  }

  private mutating func normalization(
    _ inputs: [String], _ norm: NormalizationParameters, relu: Bool, isMap: Bool,
    named own: String?
  ) -> String {
    let input =
      inputs.count == 1
      ? inputs[0] : graph.add("Concat", inputs, [("axis", .integer(isMap ? 1 : -1))])
    let parameters = [norm.scale, norm.shift, norm.runningMean, norm.runningVariance]
    let normal = graph.add(
      "BatchNormalization", [input] + parameters.map { parameter($0) },
      [("epsilon", .float(norm.epsilon))], named: relu ? nil : own)
    return relu ? graph.add("Relu", [normal], named: own) : normal
  }

  /// The means over overlapping windows as two matrix products: over rows, then over columns.
  private mutating func adaptivePool(
    _ step: Trace.Step, _ input: String, height: Int, width: Int, named own: String?
  ) -> String {
    let shape = passes.one.trace.steps[step.inputs[0]].shape
    func means(_ size: Int, _ parts: Int) -> Tensor {
      var values = [Float](repeating: 0, count: parts * size)
      for part in 0..<parts {
        let (start, end) = (part * size / parts, ((part + 1) * size + parts - 1) / parts)
        for place in start..<end { values[part * size + place] = 1 / Float(end - start) }
      }
      return Tensor(values, shape: [parts, size])
    }
    let rows = graph.constant("means_\(shape[1])_\(height)", means(shape[1], height))
    let columns = graph.constant("means_\(shape[2])_\(width)", means(shape[2], width))
    let across = shared["transposed \(columns)"] ?? graph.add("Transpose", [columns])
    shared["transposed \(columns)"] = across
    return graph.add("MatMul", [graph.add("MatMul", [rows, input]), across], named: own)
  }
}
