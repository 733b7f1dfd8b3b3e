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
    case "Add": return combine(x[0], x[1], +)
    case "Mul": return combine(x[0], x[1], *)
    case "Div": return combine(x[0], x[1], /)
    case "Softmax":
      precondition(node.integers["axis"] == [-1])
      return softmax(x[0])
    case "ReduceMean", "ReduceSum":
      let axes = node.integers["axes"] ?? x[1].values.map { Int($0) }
      precondition(axes == [1] && node.integers["keepdims"] == [0])
      let count = x[0].shape[1]
      return NumberArray([x[0].shape[0]] + x[0].shape.dropFirst(2)) { i in
        let sum = (0..<count).reduce(0.0) { $0 + x[0][[i[0], $1] + i.dropFirst()] }
        return node.type == "ReduceSum" ? sum : sum / Double(count)
      }
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
    case "Unsqueeze": return x[0].reshaped([x[0].shape[0], 1] + x[0].shape.dropFirst())
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
    case "ReduceMax":
      precondition(node.integers["axes"] == [2] && node.integers["keepdims"] == [0])
      return NumberArray(Array(x[0].shape.prefix(2))) { i in
        (0..<x[0].shape[2]).map { x[0][[i[0], i[1], $0]] }.max() ?? 0
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

  private func convolve(_ node: ONNXFile.Node, _ x: [NumberArray]) -> NumberArray {
    guard x[0].shape.count == 4 else {
      // One axis: as images of one row.
      var wide = node
      wide.integers["pads"] = [
        0, node.integers["pads"]?[0] ?? 0, 0, node.integers["pads"]?[1] ?? 0,
      ]
      func row(_ x: NumberArray) -> NumberArray {
        x.reshaped([x.shape[0], x.shape[1], 1, x.shape[2]])
      }
      let result = convolve(wide, [row(x[0]), row(x[1])] + x.dropFirst(2))
      return result.reshaped([result.shape[0], result.shape[1], result.shape[3]])
    }
    let (image, weights) = (x[0], x[1])
    precondition(image.shape[1] == weights.shape[1] * (node.integers["group"]?[0] ?? 1))
    precondition(image.shape[1] == weights.shape[1], "groups are not computed here")
    let pads = node.integers["pads"] ?? [0, 0, 0, 0]
    let strides = node.integers["strides"] ?? [1, 1]
    let (kernelHeight, kernelWidth) = (weights.shape[2], weights.shape[3])
    let height = (image.shape[2] + pads[0] + pads[2] - kernelHeight) / strides[0] + 1
    let width = (image.shape[3] + pads[1] + pads[3] - kernelWidth) / strides[1] + 1
    return NumberArray([image.shape[0], weights.shape[0], height, width]) { i in
      var sum = x.count > 2 ? x[2].values[i[1]] : 0
      for ky in 0..<kernelHeight {
        let y = i[2] * strides[0] + ky - pads[0]
        guard y >= 0, y < image.shape[2] else { continue }
        for kx in 0..<kernelWidth {
          let column = i[3] * strides[1] + kx - pads[1]
          guard column >= 0, column < image.shape[3] else { continue }
          for c in 0..<image.shape[1] {
            sum += image[[i[0], c, y, column]] * weights[[i[1], c, ky, kx]]
          }
        }
      }
      return sum
    }
  }

  private func pool(_ node: ONNXFile.Node, _ x: NumberArray) -> NumberArray {
    let kernel = node.integers["kernel_shape"] ?? [1, 1]
    let pads = node.integers["pads"] ?? [0, 0, 0, 0]
    let strides = node.integers["strides"] ?? [1, 1]
    let isMaximum = node.type == "MaxPool"
    precondition(isMaximum || node.integers["count_include_pad"] == [1])
    let height = (x.shape[2] + pads[0] + pads[2] - kernel[0]) / strides[0] + 1
    let width = (x.shape[3] + pads[1] + pads[3] - kernel[1]) / strides[1] + 1
    return NumberArray([x.shape[0], x.shape[1], height, width]) { i in
      var inside: [Double] = []
      for ky in 0..<kernel[0] {
        let y = i[2] * strides[0] + ky - pads[0]
        guard y >= 0, y < x.shape[2] else { continue }
        for kx in 0..<kernel[1] {
          let column = i[3] * strides[1] + kx - pads[1]
          guard column >= 0, column < x.shape[3] else { continue }
          inside.append(x[[i[0], i[1], y, column]])
        }
      }
      return isMaximum
        ? inside.max() ?? 0 : inside.reduce(0, +) / Double(kernel[0] * kernel[1])
    }
  }
}
