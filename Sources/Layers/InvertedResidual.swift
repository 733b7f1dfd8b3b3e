import Tensors

/// A mobile block: channels widened by 1×1, each looked at by a kernel of its own, perhaps gated by all channels' means,
/// and narrowed by 1×1 without a function; with the input added where shapes allow.
///
/// Sandler et al. 2018, https://arxiv.org/abs/1801.04381; gates as Tan and Le 2019, https://arxiv.org/abs/1905.11946,
/// and Howard et al. 2019, https://arxiv.org/abs/1905.02244, have them. `[batch, height, width, input]` to
/// `[batch, ⌈height / stride⌉, ⌈width / stride⌉, output]`. Keys are timm's: `conv_pw`, `bn1`, `conv_dw`, `bn2`,
/// `se.conv_reduce`, `se.conv_expand`, `conv_pwl`, `bn3`; where nothing widens, `conv_dw`, `bn1`, `se`, `conv_pw`, `bn2`.
public struct InvertedResidual {
  /// The numbers that tell one block from another.
  public struct Shape: Sendable, Equatable {
    /// Channels that come in.
    public var input: Int
    /// Channels in the middle; nil where nothing widens.
    public var hidden: Int?
    /// Channels that go out.
    public var output: Int
    /// Side of the kernel.
    public var kernel: Int
    /// Stride of the kernel.
    public var stride: Int
    /// Channels that the gate goes through; nil for none.
    public var squeezed: Int?

    /// A block's numbers.
    public init(
      input: Int, hidden: Int?, output: Int, kernel: Int, stride: Int, squeezed: Int? = nil
    ) {
      (self.input, self.hidden, self.output) = (input, hidden, output)
      (self.kernel, self.stride, self.squeezed) = (kernel, stride, squeezed)
    }
  }

  /// What the blocks of a network have in common.
  public struct Style: Sendable, Equatable {
    /// The function behind widening and looking; nil for ReLU.
    public var activation: Activation?
    /// The function in the middle of the gate; nil for ReLU.
    public var gateActivation: Activation?
    /// The function at the end of the gate.
    public var gateScaling: Activation
    /// Whether padding is TensorFlow's `SAME` rather than half of the kernel on each side.
    public var padsAsTensorFlow: Bool
    /// What normalisations add to the variance.
    public var epsilon: Float

    /// A network's style.
    public init(
      activation: Activation?, gateActivation: Activation? = nil,
      gateScaling: Activation = .sigmoid, padsAsTensorFlow: Bool = false, epsilon: Float = 1e-5
    ) {
      (self.activation, self.gateActivation) = (activation, gateActivation)
      (self.gateScaling, self.padsAsTensorFlow) = (gateScaling, padsAsTensorFlow)
      self.epsilon = epsilon
    }

    /// The padding of a kernel.
    public func padding(_ kernel: Int) -> Padding {
      padsAsTensorFlow ? .same : .zeros(kernel / 2)
    }
  }

  private let widen: (convolution: Convolution, normalization: BatchNormalization)?
  private let look: (convolution: Convolution, normalization: BatchNormalization)
  private let gate: SqueezeExcitation?
  private let narrow: (convolution: Convolution, normalization: BatchNormalization)
  private let adds: Bool
  private let depthRate: Float

  /// A block; in training its branch is left out of a sample with probability `depthRate`.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(_ scope: Scope, _ shape: Shape, _ style: Style, depthRate: Float = 0) throws {
    let hidden = shape.hidden ?? shape.input
    var number = 0
    func step(
      _ name: String, _ input: Int, _ output: Int, _ kernel: Int = 1, isLast: Bool = false
    ) throws -> (convolution: Convolution, normalization: BatchNormalization) {
      number += 1
      let isDepthwise = name == "conv_dw"
      return (
        try Convolution(
          scope(name), from: input, to: output, kernel: .square(kernel),
          stride: isDepthwise ? shape.stride : 1, padding: style.padding(kernel),
          groups: isDepthwise ? input : 1, initializer: .kaimingNormalFanOut),
        try BatchNormalization(
          scope("bn\(number)"), channels: output, relu: !isLast && style.activation == nil,
          activation: isLast ? nil : style.activation, epsilon: style.epsilon)
      )
    }
    widen = shape.hidden == nil ? nil : try step("conv_pw", shape.input, hidden)
    look = try step("conv_dw", hidden, hidden, shape.kernel)
    gate = try shape.squeezed.map {
      try SqueezeExcitation(
        scope("se"), channels: hidden, squeezed: $0, activation: style.gateActivation,
        scaling: style.gateScaling, names: ("conv_reduce", "conv_expand"))
    }
    narrow = try step(
      shape.hidden == nil ? "conv_pw" : "conv_pwl", hidden, shape.output, isLast: true)
    adds = shape.stride == 1 && shape.input == shape.output
    self.depthRate = depthRate
  }

  /// Runs the block.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    var y = x
    if let widen { y = widen.normalization(widen.convolution(y, &pass), &pass) }
    y = look.normalization(look.convolution(y, &pass), &pass)
    if let gate { y = gate(y, &pass) }
    y = narrow.normalization(narrow.convolution(y, &pass), &pass)
    // The branch first: it is the convolution that the sum can join.
    return adds ? pass.add(pass.stochasticDepth(y, rate: depthRate), x) : y
  }
}
