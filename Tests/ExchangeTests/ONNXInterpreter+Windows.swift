import Foundation

/// Convolutions and poolings.
extension ONNXInterpreter {
  func convolve(_ node: ONNXFile.Node, _ x: [NumberArray]) -> NumberArray {
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
    let groups = node.integers["group"]?[0] ?? 1
    precondition(image.shape[1] == weights.shape[1] * groups)
    let pads = node.integers["pads"] ?? [0, 0, 0, 0]
    let strides = node.integers["strides"] ?? [1, 1]
    let apart = node.integers["dilations"] ?? [1, 1]
    let (kernelHeight, kernelWidth) = (weights.shape[2], weights.shape[3])
    precondition((node.integers["kernel_shape"] ?? [kernelWidth]).last == kernelWidth)
    func extent(_ axis: Int, _ kernel: Int) -> Int {
      let covered = (kernel - 1) * apart[axis] + 1
      return (image.shape[2 + axis] + pads[axis] + pads[2 + axis] - covered) / strides[axis] + 1
    }
    let shape = [
      image.shape[0], weights.shape[0], extent(0, kernelHeight), extent(1, kernelWidth),
    ]
    return NumberArray(shape) { i in
      var sum = x.count > 2 ? x[2].values[i[1]] : 0
      let first = i[1] / (weights.shape[0] / groups) * weights.shape[1]
      for ky in 0..<kernelHeight {
        let y = i[2] * strides[0] + ky * apart[0] - pads[0]
        guard y >= 0, y < image.shape[2] else { continue }
        for kx in 0..<kernelWidth {
          let column = i[3] * strides[1] + kx * apart[1] - pads[1]
          guard column >= 0, column < image.shape[3] else { continue }
          for c in 0..<weights.shape[1] {
            sum += image[[i[0], first + c, y, column]] * weights[[i[1], c, ky, kx]]
          }
        }
      }
      return sum
    }
  }

  func pool(_ node: ONNXFile.Node, _ x: NumberArray) -> NumberArray {
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
