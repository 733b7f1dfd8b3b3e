import Tensors

/// What is done to every element by itself.
extension GraphWriter {
  /// Whether a step's result depends on its inputs place by place.
  func isElementwise(_ step: Trace.Step) -> Bool {
    switch step.operation {
    case .relu, .tanh, .sigmoid, .add, .multiply, .scale, .activation: true
    default: false
    }
  }

  /// The result of such a step; nil for others.
  mutating func elementwise(
    _ index: Int, _ step: Trace.Step, _ inputs: [String], named own: String? = nil
  ) throws -> String? {
    switch step.operation {
    case .relu: return graph.add("Relu", inputs, named: own)
    case .tanh: return graph.add("Tanh", inputs, named: own)
    case .sigmoid: return graph.add("Sigmoid", inputs, named: own)
    case .add: return graph.add("Add", inputs, named: own)
    case .multiply: return graph.add("Mul", inputs, named: own)
    case .scale(let factor):
      guard case .scale(factor) = passes.two.trace.steps[index].operation else {
        throw refusal("a factor that depends on the input")
      }
      let name = graph.constant("factor_\(factor)", Tensor([factor], shape: [1]))
      return graph.add("Mul", inputs + [name], named: own)
    case .activation(let function): return activation(function, inputs[0], named: own)
    default: return nil
    }
  }

  private mutating func activation(_ function: Activation, _ x: String, named own: String?)
    -> String
  {
    switch function {
    case .relu6:
      // Bounds are numbers without an axis.
      let (low, high) = (number("zero", 0), number("six", 6))
      return graph.add("Clip", [x, low, high], named: own)
    case .gelu:
      // Operators of this set have no GELU; readers know it by this form and fuse it.
      let ratio = graph.add("Div", [x, number("root_of_two", Float(2).squareRoot())])
      let share = graph.add("Add", [graph.add("Erf", [ratio]), number("one", 1)])
      let product = graph.add("Mul", [x, share])
      return graph.add("Mul", [product, number("half", 0.5)], named: own)
    case .silu: return graph.add("Mul", [x, graph.add("Sigmoid", [x])], named: own)
    case .hardSwish: return graph.add("HardSwish", [x], named: own)
    case .hardSigmoid:
      return graph.add(
        "HardSigmoid", [x], [("alpha", .float(1.0 / 6)), ("beta", .float(0.5))], named: own)
    case .sigmoid: return graph.add("Sigmoid", [x], named: own)
    case .tanh: return graph.add("Tanh", [x], named: own)
    }
  }

  private mutating func number(_ name: String, _ value: Float) -> String {
    graph.constant(name, Tensor([value], shape: []))
  }
}
