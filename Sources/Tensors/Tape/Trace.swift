/// What a forward pass did, operation by operation, so that it can be written down in another language.
///
/// Set one as the `trace` of a pass in evaluation mode. Whoever writes an encoder writes its forward
/// pass only; an operation that says nothing to the trace is noted under its function's name, so that
/// nothing goes missing unseen.
package final class Trace {
  /// One operation; images are `[batch, height, width, channels]`.
  package enum Operation {
    /// What the pass was given.
    case input
    /// A tensor that no noted operation made, such as a table of positions.
    case constant(Tensor)
    /// A parameter's own tensor, read by an operation that does not name it.
    case parameter(Parameter)
    case relu
    case add
    case multiply
    case scale(Float)
    /// Side by side along the last axis.
    case concatenate
    case reshape
    case linear(weights: Parameter, bias: Parameter?)
    case convolution(weights: Parameter, bias: Parameter?, window: Window)
    case maxPool(Window)
    case averagePool(Window)
    case globalAveragePool
    case adaptiveAveragePool(height: Int, width: Int)
    case mirror
    case flattenChannelsFirst
    /// By running statistics, of all inputs side by side.
    case normalization(NormalizationParameters, relu: Bool)
    case embedding(table: Parameter, indices: [Int32], padding: Int32?)
    case convolutionMaxOverTime(weights: Parameter, bias: Parameter, layout: PackedLayout)
    case tanh
    case sigmoid
    /// A parameter, once for every case.
    case repeated(Parameter)
    /// Rows of packed texts case by case, zeros behind the shorter ones.
    case unpacked(layout: PackedLayout)
    /// Over the first rows of each case; nil for all.
    case meanOverRows(counts: [Int]?)
    /// Of queries, keys and values; of each case's keys the first ones, nil for all.
    case crossAttention(heads: Int, keyCounts: [Int]?)
    /// Of queries, keys and values side by side; of each case's places the first ones, nil for all. A second input is the
    /// bias, [biases, heads, time, time], of cases in turn.
    case attention(heads: Int, lengths: [Int]?)
    /// A function of each element.
    case activation(Activation)
    /// Over the last axis.
    case layerNormalization(scale: Parameter, shift: Parameter, epsilon: Float)
    case responseNormalization(scale: Parameter, shift: Parameter, epsilon: Float)
    /// Every channel of a case by its gate.
    case gate
    /// Every place of the last axis by a factor of its own.
    case scaleChannels(Parameter)
    /// The same for every case.
    case broadcast
    /// Some places of the last axis.
    case slice(Range<Int>)
    case gatherRows([Int32])
    /// Of each case's places these; a negative one is zero.
    case takePlaces([Int32])
    /// An operation that has no description here, by its name.
    case unknown(String)
  }

  /// An operation with the numbers of the steps that made its inputs.
  package struct Step {
    package let operation: Operation
    package let inputs: [Int]
    /// The shape of what it made.
    package let shape: [Int]
  }

  /// The operations in order.
  package private(set) var steps: [Step] = []
  /// The parameters that were read, by what holds their values.
  private var parameters: [ObjectIdentifier: Parameter] = [:]

  package init() {}

  /// Notes what a pass is given.
  package func noteInput(_ tensor: Tensor) { note(.input, [], tensor) }

  /// The step that made a tensor; nil where none noted here did.
  package func step(of tensor: Tensor) -> Int? {
    tensor.content.traceMarks.last { $0.trace === self && $0.shape == tensor.shape }?.step
  }

  /// Learns whose values a tensor holds that an operation may be given.
  func noteRead(_ parameter: Parameter) {
    parameters[ObjectIdentifier(parameter.value.content)] = parameter
  }

  func note(_ operation: Operation, _ inputs: [Tensor], _ output: Tensor) {
    let numbers = inputs.map { step(of: $0) ?? constant($0) }
    append(Step(operation: operation, inputs: numbers, shape: output.shape), output)
  }

  /// Notes an operation that has not noted itself.
  func noteUnlessKnown(_ function: String, _ output: Tensor) {
    guard step(of: output) == nil else { return }
    append(
      Step(
        operation: .unknown(String(function.prefix { $0 != "(" })), inputs: [], shape: output.shape),
      output)
  }

  private func constant(_ tensor: Tensor) -> Int {
    let own = parameters[ObjectIdentifier(tensor.content)]
    let operation = own.flatMap { $0.value.shape == tensor.shape ? Operation.parameter($0) : nil }
    append(
      Step(operation: operation ?? .constant(tensor.detached), inputs: [], shape: tensor.shape),
      tensor)
    return steps.count - 1
  }

  private func append(_ step: Step, _ output: Tensor) {
    output.content.traceMarks.removeAll { $0.trace == nil }
    output.content.traceMarks.append(
      TraceMark(trace: self, shape: output.shape, step: steps.count))
    steps.append(step)
  }
}

/// Which step of a trace made a content; a reshaped tensor shares it with the original.
struct TraceMark {
  weak var trace: Trace?
  let shape: [Int]
  let step: Int
}
