import Tensors

/// A convolution over images: `[batch, height, width, in]` to `[batch, height', width', out]`.
///
/// Keys: `weight` `[out, kernel, kernel, in / groups]` (in files `[out, in / groups, kernel, kernel]`),
/// `bias` `[out]`. With as many groups as channels it is a depthwise convolution.
public struct Convolution {
  private let weight: Parameter
  private let bias: Parameter?
  private let stride: Int
  private let padding: Int
  private let groups: Int

  /// A convolution of `input` to `output` channels with a square kernel.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, groups: Int = 1, hasBias: Bool = false,
    initializer: Initializer = .kaimingNormal
  ) throws {
    requireShapes(
      groups > 0 && input % groups == 0 && output % groups == 0,
      "convolution: \(groups) groups can't share \(input) and \(output) channels")
    weight = try scope.parameter(
      "weight", shape: [output, kernel, kernel, input / groups], initializer: initializer)
    bias =
      hasBias
      ? try scope.parameter("bias", shape: [output], kind: .offset, initializer: .constant(0))
      : nil
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  /// Runs the convolution.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.convolution(x, weight, bias: bias, stride: stride, padding: padding, groups: groups)
  }
}
