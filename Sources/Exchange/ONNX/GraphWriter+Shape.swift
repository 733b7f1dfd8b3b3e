import Basics
import Tensors
import Training

/// Constants, and what changes the shape alone.
extension GraphWriter {
  /// A tensor that does not depend on the input: the same for every batch, or the same for each of
  /// its cases.
  mutating func constant(_ index: Int, _ tensor: Tensor) throws -> String {
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

  /// A parameter that an operation reads as it reads other tensors.
  mutating func whole(_ parameter: Parameter) -> String {
    let name = self.parameter(parameter)
    guard parameter.value.shape.count == 3 else { return name }
    // Files have the last axis second; of maps the graph has, too.
    return graph.add("Transpose", [name], [("perm", .integers([0, 2, 1]))])
  }

  mutating func reshape(
    _ index: Int, _ step: Trace.Step, _ input: String, named own: String?
  ) throws -> String {
    let (one, two) = (step.shape, passes.two.trace.steps[index].shape)
    let free = one.indices.filter { one[$0] != two[$0] }
    guard one.count == two.count, free.count <= 1 else {
      throw refusal("a reshape from the batch into several axes")
    }
    var input = input
    if inputShape(step).count == 4 {
      input = graph.add("Transpose", [input], [("perm", .integers([0, 2, 3, 1]))])
    }
    let shape = graph.constant(one.indices.map { free.contains($0) ? -1 : one[$0] })
    let isMap = one.count == 4
    let flat = graph.add("Reshape", [input, shape], named: isMap ? nil : own)
    guard isMap else { return flat }
    return graph.add("Transpose", [flat], [("perm", .integers([0, 3, 1, 2]))], named: own)
  }

  /// Some places of an axis.
  mutating func slice(_ input: String, _ range: Range<Int>, axis: Int, named own: String? = nil)
    -> String
  {
    let bounds = [range.lowerBound, range.upperBound, axis].map { graph.constant([$0]) }
    return graph.add("Slice", [input] + bounds, named: own)
  }

  /// What does not depend on the batch, once for every case: written once, and repeated where it must be.
  mutating func broadcast(_ index: Int, _ step: Trace.Step, _ input: String) throws -> String {
    let other = passes.two.trace.steps[index]
    let source = inputShape(step)
    guard [step.shape[0], other.shape[0]] == [1, 2], source.count < 4,
      passes.two.trace.steps[step.inputs[0]].shape == source
    else { throw refusal("a broadcast that is not of the same for every case") }
    repeated.insert(index)
    let placed =
      source.count == 3
      ? graph.add("Transpose", [input], [("perm", .integers([2, 0, 1]))]) : input
    return graph.add("Unsqueeze", [placed, graph.constant([0])])
  }

  /// The result of a step that is written once, for every case.
  mutating func expanded(_ index: Int, _ name: String) -> String {
    let shape = passes.one.trace.steps[index].shape
    let rest = shape.count == 4 ? [shape[3], shape[1], shape[2]] : Array(shape.dropFirst())
    return expanded(name, by: [batch()], rest)
  }

  /// A tensor repeated to extents that the graph computes, and others.
  mutating func expanded(_ name: String, by free: [String], _ fixed: [Int]) -> String {
    let extents = graph.add(
      "Concat", free + (fixed.isEmpty ? [] : [graph.constant(fixed)]), [("axis", .integer(0))])
    return graph.add("Expand", [name, extents])
  }

  /// The number of cases.
  mutating func batch() -> String {
    let input = passes.one.images == nil ? GraphWriter.textInput : GraphWriter.imageInput
    return extent(0, of: input)
  }

  /// The extent of an axis, as a vector of one number.
  mutating func extent(_ axis: Int, of name: String) -> String {
    if let made = shared["extent \(axis) of \(name)"] { return made }
    let made = graph.add("Shape", [name], [("start", .integer(axis)), ("end", .integer(axis + 1))])
    shared["extent \(axis) of \(name)"] = made
    return made
  }

  /// Places of every case by their indices; behind the last one lies a row of zeros for negative ones.
  mutating func takePlaces(_ index: Int, _ step: Trace.Step, _ input: String, _ order: [Int32])
    throws -> String
  {
    guard case .takePlaces(order) = passes.two.trace.steps[index].operation else {
      throw refusal("\"takePlaces\" that depends on the batch")
    }
    let places = inputShape(step)[1]
    var input = input
    if order.contains(where: { $0 < 0 }) {
      input = graph.add("Pad", [input, graph.constant([0, 0, 0, 0, 1, 0])])
    }
    // Blocks of one layer take the same places.
    let rows = order.map { $0 < 0 ? places : Int($0) }
    let name = shared["order \(rows)"] ?? "order_\(index)"
    shared["order \(rows)"] = name
    let indices = graph.constant(name, integers: rows)
    return graph.add("Gather", [input, indices], [("axis", .integer(1))])
  }

  /// Rows by their indices, which are the same for every batch, or those of a text's places.
  mutating func gatherRows(
    _ index: Int, _ step: Trace.Step, _ input: String, _ indices: [Int32]
  ) throws -> String {
    guard inputShape(step).count == 2,
      case .gatherRows(let others) = passes.two.trace.steps[index].operation
    else { throw refusal("\"gatherRows\" of shape \(inputShape(step))") }
    if let made = try places(index, input, indices, others) { return made }
    guard indices == others else { throw refusal("\"gatherRows\" that depends on the batch") }
    return graph.add("Gather", [input, graph.constant(indices.map(Int.init))])
  }
}
