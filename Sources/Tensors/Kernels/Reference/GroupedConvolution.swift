import CKernels

/// Grouped convolutions as one plain convolution for each group, over its channels copied out: what the
/// reference set does, and what others are measured against.
extension Kernels {
  func convolutionByGroups(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    let groups = Groups(window, input: x.channels, output: weights.shape[0])
    let output = Tensor(
      uninitialized: window.outputShape(x.shape, channels: groups.output * groups.count))
    for group in 0..<groups.count {
      let part = convolution(
        groups.channels(x, group, groups.input), groups.rows(weights, group),
        bias: bias.map { groups.rows($0, group) }, groups.window)
      groups.put(part, group, into: output)
    }
    return output
  }

  func inputGradientByGroups(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    let groups = Groups(window, input: inputShape[3], output: weights.shape[0])
    let dx = Tensor(uninitialized: inputShape)
    for group in 0..<groups.count {
      let part = convolutionInputGradient(
        groups.channels(dy, group, groups.output), groups.rows(weights, group),
        inputShape: inputShape.dropLast() + [groups.input], groups.window)
      groups.put(part, group, into: dx)
    }
    return dx
  }

  func weightGradientByGroups(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    let groups = Groups(window, input: x.channels, output: weightShape[0])
    let gradient = Tensor(uninitialized: weightShape)
    let bias = hasBias ? Tensor(uninitialized: [weightShape[0]]) : nil
    for group in 0..<groups.count {
      let part = convolutionWeightGradient(
        groups.channels(x, group, groups.input), groups.channels(dy, group, groups.output),
        weightShape: [groups.output] + weightShape.dropFirst(), hasBias: hasBias, groups.window)
      groups.putRows(part.weights, group, into: gradient)
      if let bias, let own = part.bias { groups.putRows(own, group, into: bias) }
    }
    return (gradient, bias)
  }
}

/// How the channels of a grouped convolution are shared out.
private struct Groups {
  let count: Int
  /// Channels in and out of one group.
  let input: Int
  let output: Int
  /// The window of one group.
  let window: Window

  init(_ window: Window, input: Int, output: Int) {
    count = window.groups
    self.input = input / count
    self.output = output / count
    var plain = window
    plain.groups = 1
    self.window = plain
  }

  func channels(_ x: Tensor, _ group: Int, _ width: Int) -> Tensor {
    Tensor(x.shape.dropLast() + [width], from: x) { part, values in
      ez_copy_columns(values + group * width, x.channels, part, width, x.rows, width, 0)
    }
  }

  func put(_ part: Tensor, _ group: Int, into whole: Tensor) {
    let width = part.channels
    withElements(part, whole.writable) { part, columns in
      ez_copy_columns(
        part, width, columns + group * width, whole.channels, whole.rows, width, 0)
    }
  }

  /// The rows of one group: of weights `[out, …]` or of a bias `[out]`.
  func rows(_ x: Tensor, _ group: Int) -> Tensor {
    let shape = [output] + x.shape.dropFirst()
    let count = shape.reduce(1, *)
    return Tensor(shape, from: x) { $0.update(from: $1 + group * count, count: count) }
  }

  func putRows(_ part: Tensor, _ group: Int, into whole: Tensor) {
    withElements(part, whole.writable) {
      ($1 + group * part.count).update(from: $0, count: part.count)
    }
  }
}
