import Basics
import Tensors

extension GraphWriter {
  /// The words' vectors, `[batch, words, width]`; those of padding are zero.
  mutating func embedding(
    _ index: Int, _ table: Parameter, _ indices: [Int32], padding: Int32?
  ) throws -> String {
    guard let found = passes.reading(index), reading == found else {
      throw refusal("a look-up of words that are not the text's in their order")
    }
    forms[index] = found.isFilled ? .flat : .packed
    let name = graph.constant(
      table.key, padding.map { table.value.clearing(row: Int($0)) } ?? table.value)
    return graph.add("Gather", [name, words()])
  }

  /// 1-D convolution, ReLU, the windows that start behind the text's last word set to zero,
  /// maximum.
  ///
  /// A maximum is at least zero, as ReLU's results are, so these zeros change nothing.
  mutating func convolution(
    _ step: Trace.Step, _ input: String, _ weights: Parameter, _ bias: Parameter,
    _ layout: PackedLayout, named own: String?
  ) throws -> String {
    guard let reading, let texts = passes.one.texts, forms[step.inputs[0]] == .packed,
      layout.lengths == texts.lengths(reading), layout.gap == reading.gap
    else { throw refusal("a convolution over rows that are not the text's words") }
    let turned =
      shared["turned \(input)"]
      ?? graph.add("Transpose", [input], [("perm", .integers([0, 2, 1]))])
    shared["turned \(input)"] = turned
    let kernel = weights.value.shape[1]
    let responses = graph.add(
      "Conv", [turned, parameter(weights), parameter(bias)],
      [("kernel_shape", .integers([kernel])), ("pads", .integers([0, kernel - 1]))])
    let kept = graph.add("Mul", [graph.add("Relu", [responses]), mask()])
    return graph.add(
      "ReduceMax", [kept], [("axes", .integers([2])), ("keepdims", .integer(0))], named: own)
  }

  /// The words that are read, `[batch, words]`.
  private mutating func words() -> String {
    guard let limit = reading?.limit else { return GraphWriter.textInput }
    if let made = shared["words"] { return made }
    let slice = [graph.constant([0]), graph.constant([limit]), graph.constant([1])]
    let made = graph.add("Slice", [GraphWriter.textInput] + slice)
    shared["words"] = made
    return made
  }

  /// How many words are read of the longest text, as a vector of one number.
  mutating func length() -> String { extent(1, of: words()) }

  /// Whether each place has a word: `[batch, words]`.
  private mutating func isWord() -> String {
    let toTruth = [("to", ONNXGraph.Attribute.integer(9))]
    guard let own = passes.one.texts?.ownPadding else {
      return graph.add("Cast", [words()], toTruth)
    }
    // A text may hold the piece that fills up, but ends with another: whether one of those follows.
    let filled = graph.add("Equal", [words(), graph.constant([Int(own)])])
    let other = graph.add(
      "Cast", [graph.add("Not", [filled])], [("to", .integer(1))])
    let following = graph.add(
      "CumSum", [other, graph.constant(scalar: 1)], [("reverse", .integer(1))])
    return graph.add("Cast", [following], toTruth)
  }

  /// One for every word, zero for padding: `[batch, 1, words]`.
  mutating func mask() -> String {
    if let made = shared["mask"] { return made }
    let isWord = isWord()
    let number = graph.add("Cast", [isWord], [("to", .integer(1))])
    let made = graph.add("Unsqueeze", [number, graph.constant([1])])
    shared["mask"] = made
    return made
  }
}

extension Tensor {
  /// The same with zeros in a row.
  fileprivate func clearing(row: Int) -> Tensor {
    var values = self.values
    for index in row * channels..<(row + 1) * channels { values[index] = 0 }
    return Tensor(values, shape: shape)
  }
}
