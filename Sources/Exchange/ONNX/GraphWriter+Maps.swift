import Tensors
import Training

/// Convolutions, poolings and normalisations of maps.
extension GraphWriter {
  /// The result of a step over maps, or features as a map of one place; nil for others.
  mutating func overMaps(_ step: Trace.Step, _ inputs: [String], named own: String?) throws
    -> String?
  {
    switch step.operation {
    case .convolution(let weights, let bias, let window):
      let channels = inputShape(step)[3]
      let groups = ("group", ONNXGraph.Attribute.integer(channels / weights.value.channels))
      return graph.add(
        "Conv", inputs + [kernel(weights)] + (bias.map { [parameter($0)] } ?? []),
        attributes(window) + [groups], named: own)
    case .maxPool(let window):
      return graph.add("MaxPool", inputs, attributes(window), named: own)
    case .averagePool(let window):
      return graph.add(
        "AveragePool", inputs, attributes(window) + [("count_include_pad", .integer(1))],
        named: own)
    case .globalAveragePool: return meanOverPlaces(step, inputs[0], named: own)
    case .adaptiveAveragePool(let height, let width):
      return adaptivePool(step, inputs[0], height: height, width: width, named: own)
    case .mirror:
      let axis = graph.constant([3])
      let slice = [graph.constant([-1]), graph.constant([Int(Int32.min)]), axis]
      return graph.add("Slice", inputs + slice + [graph.constant([-1])], named: own)
    case .flattenChannelsFirst:
      var input = inputs[0]
      if inputShape(step).count == 3 {
        input = graph.add("Transpose", [input], [("perm", .integers([0, 2, 1]))])
      }
      return graph.add("Flatten", [input], named: own)
    case .normalization(let norm, let relu):
      guard [2, 4].contains(step.shape.count) else {
        throw refusal("a normalisation of shape \(step.shape)")
      }
      return normalization(
        inputs, norm, relu: relu, isMap: step.shape.count == 4, named: own)
    case .gate: return try gate(step, inputs, named: own)
    case .responseNormalization(let scale, let shift, let epsilon):
      return try responseNormalization(step, inputs[0], scale, shift, epsilon, named: own)
    default: return nil
    }
  }

  private func attributes(_ window: Window) -> [(String, ONNXGraph.Attribute)] {
    let (padding, dilation) = (window.padding, window.dilation)
    return [
      ("kernel_shape", .integers([window.height, window.width])),
      ("pads", .integers([padding.top, padding.left, padding.bottom, padding.right])),
      ("strides", .integers([window.stride, window.stride])),
    ] + (dilation == 1 ? [] : [("dilations", .integers([dilation, dilation]))])
  }

  /// A convolution's weights; those of two axes are a 1×1 kernel.
  private mutating func kernel(_ weights: Parameter) -> String {
    let value = weights.value
    guard value.shape.count == 2 else { return parameter(weights) }
    return graph.constant(
      weights.key, Tensor(value.values, shape: [value.shape[0], 1, 1, value.channels]).inFileOrder)
  }

  private mutating func meanOverPlaces(_ step: Trace.Step, _ input: String, named own: String?)
    -> String
  {
    switch inputShape(step).count {
    case 2: return graph.add("Identity", [input], named: own)
    case 3:
      return graph.add(
        "ReduceMean", [input], [("axes", .integers([1])), ("keepdims", .integer(0))], named: own)
    default:
      return graph.add("Flatten", [graph.add("GlobalAveragePool", [input])], named: own)
    }
  }

  private mutating func normalization(
    _ inputs: [String], _ norm: NormalizationParameters, relu: Bool, isMap: Bool,
    named own: String?
  ) -> String {
    let input =
      inputs.count == 1
      ? inputs[0] : graph.add("Concat", inputs, [("axis", .integer(isMap ? 1 : -1))])
    let parameters = [norm.scale, norm.shift, norm.runningMean, norm.runningVariance]
    let normal = graph.add(
      "BatchNormalization", [input] + parameters.map { parameter($0) },
      [("epsilon", .float(norm.epsilon))], named: relu ? nil : own)
    return relu ? graph.add("Relu", [normal], named: own) : normal
  }

  /// Over the last axis, which is the second of a map in the graph.
  mutating func layerNormalization(
    _ step: Trace.Step, _ input: String, _ scale: Parameter, _ shift: Parameter, _ epsilon: Float,
    named own: String?
  ) -> String {
    let isMap = step.shape.count == 4
    let rows =
      isMap ? graph.add("Transpose", [input], [("perm", .integers([0, 2, 3, 1]))]) : input
    let normal = graph.add(
      "LayerNormalization", [rows, parameter(scale), parameter(shift)],
      [("axis", .integer(-1)), ("epsilon", .float(epsilon))], named: isMap ? nil : own)
    guard isMap else { return normal }
    return graph.add("Transpose", [normal], [("perm", .integers([0, 3, 1, 2]))], named: own)
  }

  /// Every channel of each case times its gate, whatever the gates' shape.
  private mutating func gate(_ step: Trace.Step, _ inputs: [String], named own: String?) throws
    -> String
  {
    let gates = passes.one.trace.steps[step.inputs[1]].shape
    let batches = [step.inputs[0], step.inputs[1]].map { passes.two.trace.steps[$0].shape[0] }
    guard batches == [2, 2], gates.first == 1, step.shape.count > 1 else {
      throw refusal("gates that are not those of each case")
    }
    let shape =
      step.shape.count == 4
      ? [0, step.shape[3], 1, 1]
      : [0] + [Int](repeating: 1, count: step.shape.count - 2) + [step.shape[step.shape.count - 1]]
    let reshaped = graph.add("Reshape", [inputs[1], graph.constant(shape)])
    return graph.add("Mul", [inputs[0], reshaped], named: own)
  }

  /// y = x + scale · x · n + shift, n a channel's norm over places by the mean of all channels'.
  private mutating func responseNormalization(
    _ step: Trace.Step, _ x: String, _ scale: Parameter, _ shift: Parameter, _ epsilon: Float,
    named own: String?
  ) throws -> String {
    guard step.shape.count == 4 else {
      throw refusal("a response normalisation of shape \(step.shape)")
    }
    let norms = graph.add(
      "ReduceL2", [x], [("axes", .integers([2, 3])), ("keepdims", .integer(1))])
    let mean = graph.add(
      "ReduceMean", [norms], [("axes", .integers([1])), ("keepdims", .integer(1))])
    let small = graph.constant("epsilon_\(epsilon)", Tensor([epsilon], shape: [1]))
    let share = graph.add("Div", [norms, graph.add("Add", [mean, small])])
    let grown = graph.add(
      "Mul", [graph.add("Mul", [x, share]), perChannel(scale, step)])
    let sum = graph.add("Add", [x, grown])
    return graph.add("Add", [sum, perChannel(shift, step)], named: own)
  }

  /// A parameter of as many values as channels, along the axis that they have in the graph.
  mutating func perChannel(_ parameter: Parameter, _ step: Trace.Step) -> String {
    let name = self.parameter(parameter)
    guard step.shape.count == 4 else { return name }
    let made =
      shared["channels \(name)"] ?? graph.add("Reshape", [name, graph.constant([-1, 1, 1])])
    shared["channels \(name)"] = made
    return made
  }

  /// The means over overlapping windows as two matrix products: over rows, then over columns.
  private mutating func adaptivePool(
    _ step: Trace.Step, _ input: String, height: Int, width: Int, named own: String?
  ) -> String {
    let shape = inputShape(step)
    func means(_ size: Int, _ parts: Int) -> Tensor {
      var values = [Float](repeating: 0, count: parts * size)
      for part in 0..<parts {
        let (start, end) = (part * size / parts, ((part + 1) * size + parts - 1) / parts)
        for place in start..<end { values[part * size + place] = 1 / Float(end - start) }
      }
      return Tensor(values, shape: [parts, size])
    }
    let rows = graph.constant("means_\(shape[1])_\(height)", means(shape[1], height))
    let columns = graph.constant("means_\(shape[2])_\(width)", means(shape[2], width))
    let across = shared["transposed \(columns)"] ?? graph.add("Transpose", [columns])
    shared["transposed \(columns)"] = across
    return graph.add("MatMul", [graph.add("MatMul", [rows, input]), across], named: own)
  }
}
