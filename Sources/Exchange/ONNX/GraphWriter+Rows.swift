import Basics
import Tensors

/// What is done to texts, whose number of words or pieces is free.
extension GraphWriter {
  /// The result of a step over rows of texts; nil where it reads none, and where it is written elsewhere.
  mutating func overRows(_ index: Int, _ step: Trace.Step, _ inputs: [String]) throws -> String? {
    let read = step.inputs.compactMap { forms[$0] }
    guard let form = read.first else { return nil }
    switch step.operation {
    case .unpacked, .convolutionMaxOverTime, .meanOverRows, .crossAttention, .attention: return nil
    case .reshape: return try reshape(index, step, inputs[0], form)
    case .broadcast: return try repeatPlaces(index, step, inputs[0], form)
    case .slice(let range): return try slice(index, step, inputs[0], form, range)
    case .gatherRows(let indices): return try words(index, step, inputs[0], form, indices)
    default: break
    }
    guard read.count == step.inputs.count, read.allSatisfy({ $0 == form }) else {
      throw refusal("rows of words beside others")
    }
    forms[index] = form
    if isElementwise(step) { return try elementwise(index, step, inputs) }
    guard form.hasRows else { throw refusal("\"\(step.operation.name)\" over rows of words") }
    switch step.operation {
    case .linear(let weights, let bias): return linear(inputs[0], weights, bias)
    case .concatenate: return graph.add("Concat", inputs, [("axis", .integer(-1))])
    case .layerNormalization(let scale, let shift, let epsilon):
      return graph.add(
        "LayerNormalization", [inputs[0], parameter(scale), parameter(shift)],
        [("axis", .integer(-1)), ("epsilon", .float(epsilon))])
    case .scaleChannels(let factors): return graph.add("Mul", [inputs[0], parameter(factors)])
    default: throw refusal("\"\(step.operation.name)\" over rows of words")
    }
  }

  private mutating func linear(_ input: String, _ weights: Parameter, _ bias: Parameter?)
    -> String
  {
    let matrix = parameter(weights)
    let turned = shared["turned \(matrix)"] ?? graph.add("Transpose", [matrix])
    shared["turned \(matrix)"] = turned
    let product = graph.add("MatMul", [input, turned])
    return bias.map { graph.add("Add", [product, parameter($0)]) } ?? product
  }

  /// A reshape that lays words apart, one behind the other or side by side does nothing in the graph.
  private mutating func reshape(
    _ index: Int, _ step: Trace.Step, _ input: String, _ form: RowForm
  ) throws -> String {
    guard let made = reshaped(form, step, batch: 1, inputShape(step)),
      reshaped(form, passes.two.trace.steps[index], batch: 2, secondShape(step)) == made
    else { throw refusal("\"reshape\" over rows of words") }
    forms[index] = made
    return input
  }

  /// How a reshape lays out what has a form; nil where it mixes words.
  private func reshaped(_ form: RowForm, _ step: Trace.Step, batch: Int, _ from: [Int]) -> RowForm?
  {
    let to = step.shape
    let width: Int
    switch form {
    case .packed: return nil
    case .apart, .flat, .places: width = from[from.count - 1]
    case .joined(let own), .joinedPlaces(let own): width = own
    }
    let words = from.reduce(1, *) / max(1, width)
    switch form {
    case .places, .joinedPlaces:
      return to == [words, width]
        ? .places : to == [words * width] ? .joinedPlaces(width: width) : nil
    default:
      let each = words / batch
      if to == [batch, each, width] { return .apart }
      if to == [words, width] { return .flat }
      return to == [batch, each * width] ? .joined(width: width) : nil
    }
  }

  /// Places, once for every text.
  private mutating func repeatPlaces(
    _ index: Int, _ step: Trace.Step, _ input: String, _ form: RowForm
  ) throws -> String {
    let counts = [step.shape[0], passes.two.trace.steps[index].shape[0]]
    let (made, width): (RowForm, Int)
    switch form {
    case .places where counts == [1, 2]: (made, width) = (.apart, step.shape[2])
    case .joinedPlaces(let own) where counts == [1, 2]:
      (made, width) = (.joined(width: own), own)
    default: throw refusal("\"broadcast\" over rows of words")
    }
    forms[index] = made
    return expanded(input, by: [batch(), length()], [width])
  }

  /// Columns of every word, or of the first word of every text.
  private mutating func slice(
    _ index: Int, _ step: Trace.Step, _ input: String, _ form: RowForm, _ range: Range<Int>
  ) throws -> String {
    guard case .slice(range) = passes.two.trace.steps[index].operation else {
      throw refusal("\"slice\" that depends on the batch")
    }
    if form.hasRows {
      forms[index] = form
      return slice(input, range, axis: form == .places ? 1 : 2)
    }
    guard case .joined(let width) = form, range.upperBound <= width else {
      throw refusal("\"slice\" over rows of words")
    }
    // Every text has a first word.
    let first = graph.add("Flatten", [slice(input, 0..<1, axis: 1)])
    return range == 0..<width ? first : slice(first, range, axis: 1)
  }

  /// The rows of the texts' own words, without those that fill shorter texts up.
  private mutating func words(
    _ index: Int, _ step: Trace.Step, _ input: String, _ form: RowForm, _ indices: [Int32]
  ) throws -> String {
    guard form == .flat, let reading, let one = passes.one.texts, let two = passes.two.texts,
      case .gatherRows(let others) = passes.two.trace.steps[index].operation,
      indices == one.wordRows(reading), others == two.wordRows(reading)
    else { throw refusal("\"gatherRows\" over rows of words") }
    forms[index] = .packed
    return graph.add("Mul", [input, column()])
  }

  /// A table's rows for the places of a text, or one row for all of them; nil where indices are others.
  mutating func places(
    _ index: Int, _ input: String, _ indices: [Int32], _ others: [Int32]
  ) throws -> String? {
    guard let reading, let one = passes.one.texts, let two = passes.two.texts,
      indices.count == one.longest(reading), others.count == two.longest(reading),
      let first = indices.first, others.first == first
    else { return nil }
    let start = Int(first)
    if (indices + others).allSatisfy({ $0 == first }) {
      forms[index] = .places
      let row = slice(input, start..<start + 1, axis: 0)
      let width = passes.one.trace.steps[index].shape[1]
      return expanded(row, by: [length()], [width])
    }
    func isRun(_ indices: [Int32]) -> Bool {
      indices.enumerated().allSatisfy { Int($1) == start + $0 }
    }
    guard isRun(indices), isRun(others) else { return nil }
    forms[index] = .places
    let begin = graph.constant([start])
    let end = start == 0 ? length() : graph.add("Add", [length(), begin])
    return graph.add("Slice", [input, begin, end, graph.constant([0])])
  }

  /// What a step is given first in the pass over two cases.
  private func secondShape(_ step: Trace.Step) -> [Int] {
    passes.two.trace.steps[step.inputs[0]].shape
  }
}
