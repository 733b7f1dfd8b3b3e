import Basics
import Tensors
import Training

/// Turns the traced passes of a model into a graph.
///
/// Maps are channels-first there, `[batch, channels, height, width]`. Texts are `[batch, words]`,
/// shorter ones filled up with 0: rows of packed texts become `[batch, words, width]`, and what a
/// window reads behind a text's last word is zero in both. So are texts word by word for attention; a
/// layer over all their rows is one over the last axis.
struct GraphWriter {
  static let imageInput = "image"
  static let textInput = "words"
  static let output = "logits"

  let passes: TracedPasses
  var graph = ONNXGraph()
  /// How the texts are read, as their first look-up shows it.
  let reading: ProbeText.Reading?
  /// The name of each written step's result.
  private var names: [Int: String] = [:]
  /// The steps whose results are of texts of whatever length, and how they stand in the graph.
  var forms: [Int: RowForm] = [:]
  var shared: [String: String] = [:]
  /// Steps whose result is written once and stands for one of each case.
  var repeated: Set<Int> = []

  init(_ passes: TracedPasses) {
    self.passes = passes
    reading = passes.one.trace.steps.indices.lazy.compactMap(passes.reading).first
  }

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
    var inputs = step.inputs.compactMap { names[$0] }
    if let name = try overRows(index, step, inputs) { return name }
    let own = index == passes.one.output ? GraphWriter.output : nil
    if !step.inputs.isEmpty, step.inputs.allSatisfy(repeated.contains), isElementwise(step) {
      repeated.insert(index)
    } else if !isElementwise(step) {
      for (place, input) in step.inputs.enumerated() where repeated.contains(input) {
        inputs[place] = expanded(input, inputs[place])
      }
    }
    if let name = try elementwise(index, step, inputs, named: own) { return name }
    if let name = try overMaps(step, inputs, named: own) { return name }
    switch step.operation {
    case .constant(let tensor): return try constant(index, tensor)
    case .parameter(let parameter): return whole(parameter)
    case .concatenate:
      let axis = step.shape.count == 4 ? 1 : -1
      return graph.add("Concat", inputs, [("axis", .integer(axis))], named: own)
    case .reshape: return try reshape(index, step, inputs[0], named: own)
    case .slice(let range):
      return slice(inputs[0], range, axis: lastAxis(step), named: own)
    case .broadcast: return try broadcast(index, step, inputs[0])
    case .gatherRows(let indices): return try gatherRows(index, step, inputs[0], indices)
    case .takePlaces(let order): return try takePlaces(index, step, inputs[0], order)
    case .linear(let weights, let bias):
      return graph.add(
        "Gemm", inputs + [parameter(weights)] + (bias.map { [parameter($0)] } ?? []),
        [("transB", .integer(1))], named: own)
    case .layerNormalization(let scale, let shift, let epsilon):
      return layerNormalization(step, inputs[0], scale, shift, epsilon, named: own)
    case .scaleChannels(let factors):
      return graph.add("Mul", [inputs[0], perChannel(factors, step)], named: own)
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
    case .attention(let heads, let counts):
      let width = step.shape[2]
      let parts = (0..<3).map { slice(inputs[0], $0 * width..<($0 + 1) * width, axis: 2) }
      return try attention(
        index, step, parts, heads: heads, counts, bias: inputs.count > 1 ? inputs[1] : nil,
        named: own)
    case .unknown(let name): throw refusal("the operation \"\(name)\"")
    // All others are written above.
    default: throw refusal("a second input")
    }
  }

  func refusal(_ what: String) -> ZooError {
    ZooError(
      .unsupported, "the model uses \(what), which can't be written as ONNX",
      advice: "such encoders and heads run here only; docs/python.md lists what can be written")
  }

  /// The shape of what a step is given first.
  func inputShape(_ step: Trace.Step) -> [Int] { passes.one.trace.steps[step.inputs[0]].shape }

  /// The axis of the graph that is the last of a step's result.
  private func lastAxis(_ step: Trace.Step) -> Int {
    step.shape.count == 4 ? 1 : step.shape.count - 1
  }

  mutating func parameter(_ parameter: Parameter) -> String {
    graph.constant(parameter.key, parameter.value.inFileOrder)
  }
}
