import Tensors

/// Attention, means over rows, and what tells words from what fills shorter texts up.
extension GraphWriter {
  /// Packed rows as texts word by word, zeros behind the shorter ones.
  mutating func unpack(_ index: Int, _ step: Trace.Step, _ input: String, _ layout: PackedLayout)
    throws -> String
  {
    guard let reading, let texts = passes.one.texts, forms[step.inputs[0]] == .packed,
      layout.lengths == texts.lengths(reading)
    else { throw refusal("rows that are not the text's words") }
    forms[index] = .apart
    return graph.add("Mul", [input, column()])
  }

  /// The mean over the rows of each case, over its words where they are a text's.
  mutating func mean(
    _ index: Int, _ step: Trace.Step, _ input: String, _ counts: [Int]?, named own: String?
  ) throws -> String {
    let readsWords = forms[step.inputs[0]] == .apart
    guard try isOfWords(index, counts, rows: step.inputs[0]) else {
      if readsWords { throw refusal("a mean over words and padding") }
      return graph.add(
        "ReduceMean", [input], [("axes", .integers([1])), ("keepdims", .integer(0))], named: own)
    }
    let axes = graph.constant([1])
    let sum = graph.add(
      "ReduceSum", [graph.add("Mul", [input, column()]), axes], [("keepdims", .integer(0))])
    let words =
      shared["words counted"]
      ?? graph.add("ReduceSum", [column(), axes], [("keepdims", .integer(0))])
    shared["words counted"] = words
    return graph.add("Div", [sum, words], named: own)
  }

  /// softmax(Q · Kᵀ / √d) · V, head by head; what is no word is not looked at.
  mutating func attention(
    _ index: Int, _ step: Trace.Step, _ inputs: [String], heads: Int, _ counts: [Int]?,
    bias: String? = nil, named own: String?
  ) throws -> String {
    let read = bias == nil ? step.inputs : [step.inputs[0]]
    let keys = read[read.count > 1 ? 1 : 0]
    guard read.dropFirst().allSatisfy({ forms[$0] == forms[keys] }) else {
      throw refusal("rows of words beside others")
    }
    let isMasked = try isOfWords(index, counts, rows: keys)
    guard isMasked || forms[keys] == nil else { throw refusal("attention to words and padding") }
    forms[index] = forms[step.inputs[0]]
    let width = step.shape[2]
    let apart = graph.constant([0, 0, heads, width / heads])
    func turned(_ name: String, _ order: [Int]) -> String {
      graph.add("Transpose", [graph.add("Reshape", [name, apart])], [("perm", .integers(order))])
    }
    let (query, key, value) = (
      turned(inputs[0], [0, 2, 1, 3]), turned(inputs[1], [0, 2, 3, 1]),
      turned(inputs[2], [0, 2, 1, 3])
    )
    let scale = 1 / Float(width / heads).squareRoot()
    let factor = graph.constant("factor_\(scale)", Tensor([scale], shape: [1]))
    var scores = graph.add("Mul", [graph.add("MatMul", [query, key]), factor])
    if isMasked { scores = graph.add("Add", [scores, penalty()]) }
    if let bias { scores = try biased(scores, by: bias, index, step, heads: heads) }
    let weights = graph.add("Softmax", [scores], [("axis", .integer(-1))])
    let seen = graph.add(
      "Transpose", [graph.add("MatMul", [weights, value])], [("perm", .integers([0, 2, 1, 3]))])
    return graph.add("Reshape", [seen, graph.constant([0, 0, width])], named: own)
  }

  /// Scores `[batch, heads, time, time]` with a bias, of which case b has the one of b % biases.
  private mutating func biased(
    _ scores: String, by bias: String, _ index: Int, _ step: Trace.Step, heads: Int
  ) throws -> String {
    let (one, two) = (passes.one.trace.steps, passes.two.trace.steps)
    let (biases, time) = (one[step.inputs[1]].shape[0], step.shape[1])
    guard two[two[index].inputs[1]].shape[0] == biases else {
      throw refusal("a bias of attention that depends on the batch")
    }
    // As all that has four axes it lies with its last one second.
    let placed = graph.add("Transpose", [bias], [("perm", .integers([0, 2, 3, 1]))])
    guard biases > 1 else { return graph.add("Add", [scores, placed]) }
    let apart = graph.constant([-1, biases, heads, time, time])
    let sums = graph.add("Add", [graph.add("Reshape", [scores, apart]), placed])
    return graph.add("Reshape", [sums, graph.constant([-1, heads, time, time])])
  }

  /// Whether counts of rows are those of each text's words; false for none, and for all rows.
  private func isOfWords(_ index: Int, _ counts: [Int]?, rows source: Int) throws -> Bool {
    guard let counts else { return false }
    let others: [Int]? =
      switch passes.two.trace.steps[index].operation {
      case .meanOverRows(let counts), .crossAttention(_, let counts),
        .attention(_, let counts):
        counts
      default: nil
      }
    guard let others else { throw refusal("counts of rows that depend on the batch") }
    if let reading, let one = passes.one.texts, let two = passes.two.texts,
      forms[source] == .apart, counts.map(Int32.init) == one.lengths(reading),
      others.map(Int32.init) == two.lengths(reading)
    {
      return true
    }
    let rows = passes.one.trace.steps[source].shape[1]
    guard forms[source] == nil, (counts + others).allSatisfy({ $0 == rows }) else {
      throw refusal("counts of rows that are not the text's words")
    }
    return false
  }

  /// One for every word, zero for padding: `[batch, words, 1]`.
  mutating func column() -> String {
    if let made = shared["column"] { return made }
    let made = graph.add("Transpose", [mask()], [("perm", .integers([0, 2, 1]))])
    shared["column"] = made
    return made
  }

  /// Zero for every word, −10⁹ for padding: `[batch, 1, 1, words]`.
  private mutating func penalty() -> String {
    if let made = shared["penalty"] { return made }
    let one = graph.constant("minus_one", Tensor([-1], shape: [1]))
    let large = graph.constant("large", Tensor([1e9], shape: [1]))
    let distance = graph.add("Mul", [graph.add("Add", [mask(), one]), large])
    let made = graph.add("Unsqueeze", [distance, graph.constant([1])])
    shared["penalty"] = made
    return made
  }
}
