import Tensors

/// A convolution over images: `[batch, height, width, in]` to `[batch, height', width', out]`.
///
/// Keys: `weight` `[out, kernel, kernel, in / groups]` (in files `[out, in / groups, kernel, kernel]`),
/// `bias` `[out]`. With as many groups as channels it is a depthwise convolution.
public struct Convolution {
  /// Height and width of a kernel.
  public struct Kernel: Sendable {
    let height: Int
    let width: Int
    let isFlat: Bool

    /// A rectangular kernel.
    public init(height: Int, width: Int) { self.init(height: height, width: width, isFlat: false) }

    private init(height: Int, width: Int, isFlat: Bool) {
      (self.height, self.width, self.isFlat) = (height, width, isFlat)
    }

    /// 1×1, its weight `[out, in]`, as files have it where a linear layer runs over channels-last images.
    public static let linear = Kernel(height: 1, width: 1, isFlat: true)

    /// A kernel as high as wide.
    public static func square(_ side: Int) -> Kernel { Kernel(height: side, width: side) }
  }

  private let weight: Parameter
  private let bias: Parameter?
  private let stride: Int
  private let padding: Padding
  private let dilation: Int
  private let groups: Int

  /// A convolution of `input` to `output` channels with a square kernel.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, groups: Int = 1, hasBias: Bool = false,
    initializer: Initializer = .kaimingNormal
  ) throws {
    try self.init(
      scope, from: input, to: output, kernel: .square(kernel), stride: stride,
      padding: .zeros(padding), groups: groups, hasBias: hasBias, initializer: initializer)
  }

  /// A convolution with any kernel and padding, the kernel's places `dilation` apart.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, kernel: Kernel, stride: Int = 1,
    padding: Padding, dilation: Int = 1, groups: Int = 1, hasBias: Bool = false,
    initializer: Initializer = .kaimingNormal
  ) throws {
    requireShapes(
      groups > 0 && input % groups == 0 && output % groups == 0,
      "convolution: \(groups) groups can't share \(input) and \(output) channels")
    weight = try scope.parameter(
      "weight",
      shape: [output] + (kernel.isFlat ? [] : [kernel.height, kernel.width]) + [input / groups],
      initializer: initializer)
    bias =
      hasBias
      ? try scope.parameter("bias", shape: [output], kind: .offset, initializer: .constant(0))
      : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// Runs the convolution.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.convolution(
      x, weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}
