import Foundation

/// Computes an ONNX graph operator by operator, as https://onnx.ai/onnx/operators/ defines them for
/// set 17, in double precision and with plain loops.
struct ONNXInterpreter {
  let file: ONNXFile

  /// The named output for inputs by name.
  func run(_ inputs: [String: NumberArray], output: String = "logits") -> NumberArray? {
    var values = file.constants.merging(inputs) { $1 }
    for node in file.nodes {
      let arguments = node.inputs.compactMap { values[$0] }
      precondition(arguments.count == node.inputs.count, "\(node.type) before its inputs")
      precondition(values[node.outputs[0]] == nil, "\(node.outputs[0]) is made twice")
      values[node.outputs[0]] = compute(node, arguments)
    }
    return values[output]
  }

  private func compute(_ node: ONNXFile.Node, _ x: [NumberArray]) -> NumberArray {
    switch node.type {
    case "Relu": return x[0].map { max(0, $0) }
    case "Tanh": return x[0].map { tanh($0) }
    case "Sigmoid": return x[0].map { 1 / (1 + exp(-$0)) }
    case "Erf": return x[0].map { erf($0) }
    case "Clip": return x[0].map { min(max($0, x[1].values[0]), x[2].values[0]) }
    case "HardSwish": return x[0].map { $0 * min(max(0, $0 / 6 + 0.5), 1) }
    case "HardSigmoid":
      let (slope, middle) = (Double(node.floats["alpha"] ?? 0), Double(node.floats["beta"] ?? 0))
      return x[0].map { min(max(0, slope * $0 + middle), 1) }
    case "Equal": return combine(x[0], x[1]) { $0 == $1 ? 1 : 0 }
    case "Not": return x[0].map { 1 - $0 }
    case "CumSum":
      precondition(node.integers["reverse"] == [1] && x[1] == NumberArray([], [1]))
      return NumberArray(x[0].shape) { i in
        (i[1]..<x[0].shape[1]).reduce(0.0) { $0 + x[0][[i[0], $1]] }
      }
    case "LayerNormalization":
      precondition(node.integers["axis"] == [-1])
      return normalize(x, Double(node.floats["epsilon"] ?? 0))
    case "Add": return combine(x[0], x[1], +)
    case "Mul": return combine(x[0], x[1], *)
    case "Div": return combine(x[0], x[1], /)
    case "Softmax":
      precondition(node.integers["axis"] == [-1])
      return softmax(x[0])
    case "ReduceMean", "ReduceSum", "ReduceL2", "ReduceMax":
      return reduce(node, x[0], node.integers["axes"] ?? x[1].values.map { Int($0) })
    case "Cast": return node.integers["to"] == [9] ? x[0].map { $0 == 0 ? 0 : 1 } : x[0]
    case "Concat": return concatenate(x, node.integers["axis"]?[0] ?? 0)
    case "Reshape":
      var shape = x[1].values.enumerated().map { $1 == 0 ? x[0].shape[$0] : Int($1) }
      if let free = shape.firstIndex(of: -1) {
        shape[free] = x[0].values.count / shape.filter { $0 >= 0 }.reduce(1, *)
      }
      return x[0].reshaped(shape)
    case "Flatten":
      return x[0].reshaped([x[0].shape[0], x[0].shape.dropFirst().reduce(1, *)])
    case "Unsqueeze":
      var shape = x[0].shape
      shape.insert(1, at: Int(x[1].values[0]))
      return x[0].reshaped(shape)
    case "Identity": return x[0]
    case "Shape":
      let extents = x[0].shape[(node.integers["start"]?[0] ?? 0)..<(node.integers["end"]?[0] ?? 0)]
      return NumberArray([extents.count], extents.map { Double($0) })
    case "Expand":
      let ones = NumberArray(x[1].values.map { Int($0) }) { _ in 1 }
      return combine(x[0], ones, *)
    case "Transpose": return transpose(x[0], node.integers["perm"])
    case "Gemm":
      precondition(node.integers["transB"] == [1])
      return NumberArray([x[0].shape[0], x[1].shape[0]]) { i in
        (0..<x[0].shape[1]).reduce(x.count > 2 ? x[2].values[i[1]] : 0) {
          $0 + x[0][[i[0], $1]] * x[1][[i[1], $1]]
        }
      }
    case "MatMul": return product(x[0], x[1])
    case "BatchNormalization":
      let epsilon = Double(node.floats["epsilon"] ?? 1e-5)
      return NumberArray(x[0].shape) { i in
        let c = i[1]
        return (x[0][i] - x[3].values[c]) / (x[4].values[c] + epsilon).squareRoot()
          * x[1].values[c] + x[2].values[c]
      }
    case "GlobalAveragePool":
      let area = Double(x[0].shape[2] * x[0].shape[3])
      return NumberArray(Array(x[0].shape.prefix(2)) + [1, 1]) { i in
        var sum = 0.0
        for y in 0..<x[0].shape[2] {
          for z in 0..<x[0].shape[3] { sum += x[0][[i[0], i[1], y, z]] }
        }
        return sum / area
      }
    case "Pad":
      // One place behind the last of the second axis.
      precondition(x.count == 2 && x[1].values == [0, 0, 0, 0, 1, 0])
      return NumberArray([x[0].shape[0], x[0].shape[1] + 1, x[0].shape[2]]) { i in
        i[1] < x[0].shape[1] ? x[0][i] : 0
      }
    case "Gather" where node.integers["axis"] == [1]:
      return NumberArray([x[0].shape[0], x[1].shape[0], x[0].shape[2]]) { i in
        x[0][[i[0], Int(x[1][[i[1]]]), i[2]]]
      }
    case "Gather":
      return NumberArray(x[1].shape + [x[0].shape[1]]) { i in
        x[0][[Int(x[1][Array(i.dropLast())]), i[i.count - 1]]]
      }
    case "Slice": return slice(x)
    case "Conv": return convolve(node, x)
    case "MaxPool", "AveragePool": return pool(node, x[0])
    default: preconditionFailure("no operator \(node.type) here")
    }
  }

  private func reduce(_ node: ONNXFile.Node, _ x: NumberArray, _ axes: [Int]) -> NumberArray {
    var small = x.shape
    for axis in axes { small[axis] = 1 }
    var groups = [[Double]](repeating: [], count: small.reduce(1, *))
    var place = [Int](repeating: 0, count: small.count)
    for value in x.values {
      let group = small.indices.reduce(0) { $0 * small[$1] + (small[$1] == 1 ? 0 : place[$1]) }
      groups[group].append(value)
      for axis in place.indices.reversed() {
        place[axis] += 1
        if place[axis] < x.shape[axis] { break }
        place[axis] = 0
      }
    }
    let values = groups.map { group in
      switch node.type {
      case "ReduceMax": group.max() ?? 0
      case "ReduceL2": group.reduce(0) { $0 + $1 * $1 }.squareRoot()
      case "ReduceSum": group.reduce(0, +)
      default: group.reduce(0, +) / Double(group.count)
      }
    }
    let keeps = node.integers["keepdims"] == [1]
    return NumberArray(
      keeps ? small : x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] }, values)
  }

  private func normalize(_ x: [NumberArray], _ epsilon: Double) -> NumberArray {
    let width = x[1].values.count
    var values: [Double] = []
    for start in stride(from: 0, to: x[0].values.count, by: width) {
      let row = x[0].values[start..<start + width]
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      values += row.enumerated().map { place, value in
        (value - mean) / (variance + epsilon).squareRoot() * x[1].values[place]
          + x[2].values[place]
      }
    }
    return NumberArray(x[0].shape, values)
  }

  private func combine(
    _ a: NumberArray, _ b: NumberArray, _ body: (Double, Double) -> Double
  ) -> NumberArray {
    let rank = max(a.shape.count, b.shape.count)
    func extents(_ x: NumberArray) -> [Int] {
      [Int](repeating: 1, count: rank - x.shape.count) + x.shape
    }
    return NumberArray(zip(extents(a), extents(b)).map { max($0, $1) }) { i in
      body(a.broadcast(i), b.broadcast(i))
    }
  }

  private func concatenate(_ parts: [NumberArray], _ axis: Int) -> NumberArray {
    let axis = axis < 0 ? axis + parts[0].shape.count : axis
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    return NumberArray(shape) { i in
      var i = i
      for part in parts {
        if i[axis] < part.shape[axis] { return part[i] }
        i[axis] -= part.shape[axis]
      }
      preconditionFailure("beyond the parts")
    }
  }

  private func softmax(_ x: NumberArray) -> NumberArray {
    let width = x.shape[x.shape.count - 1]
    var values: [Double] = []
    for start in stride(from: 0, to: x.values.count, by: width) {
      let row = x.values[start..<start + width]
      let powers = row.map { exp($0 - (row.max() ?? 0)) }
      values += powers.map { $0 / powers.reduce(0, +) }
    }
    return NumberArray(x.shape, values)
  }

  private func transpose(_ x: NumberArray, _ permutation: [Int]?) -> NumberArray {
    let order = permutation ?? Array(x.shape.indices.reversed())
    return NumberArray(order.map { x.shape[$0] }) { i in
      var source = i
      for (axis, from) in order.enumerated() { source[from] = i[axis] }
      return x[source]
    }
  }

  private func product(_ a: NumberArray, _ b: NumberArray) -> NumberArray {
    let outer = a.shape.count > b.shape.count ? a.shape.dropLast(2) : b.shape.dropLast(2)
    let (rows, inner, columns) = (
      a.shape[a.shape.count - 2], a.shape[a.shape.count - 1], b.shape[b.shape.count - 1]
    )
    return NumberArray(outer + [rows, columns]) { i in
      let (start, row, column) = (i.dropLast(2), i[i.count - 2], i[i.count - 1])
      return (0..<inner).reduce(0) {
        $0 + a.broadcast(start + [row, $1]) * b.broadcast(start + [$1, column])
      }
    }
  }

  private func slice(_ x: [NumberArray]) -> NumberArray {
    let (start, end, axis, step) = (
      Int(x[1].values[0]), Int(x[2].values[0]), Int(x[3].values[0]),
      x.count > 4 ? Int(x[4].values[0]) : 1
    )
    let extent = x[0].shape[axis]
    let first = start < 0 ? start + extent : min(start, extent)
    let last = step < 0 ? max(-1, end + extent) : min(end, extent)
    let places = Array(stride(from: first, to: last, by: step))
    var shape = x[0].shape
    shape[axis] = places.count
    return NumberArray(shape) { i in
      var i = i
      i[axis] = places[i[axis]]
      return x[0][i]
    }
  }
}
