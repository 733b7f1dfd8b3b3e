import Tensors

/// A convolution over images: `[batch, height, width, in]` to `[batch, height', width', out]`.
///
/// Keys: `weight` `[out, kernel, kernel, in]` (in files `[out, in, kernel, kernel]`), `bias` `[out]`.
public struct Convolution {
  private let weight: Parameter
  private let bias: Parameter?
  private let stride: Int
  private let padding: Int

  /// A convolution of `input` to `output` channels with a square kernel.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, hasBias: Bool = false, initializer: Initializer = .kaimingNormal
  ) throws {
    weight = try scope.parameter(
      "weight", shape: [output, kernel, kernel, input], initializer: initializer)
    bias =
      hasBias
      ? try scope.parameter("bias", shape: [output], kind: .offset, initializer: .constant(0))
      : nil
    self.stride = stride
    self.padding = padding
  }

  /// Runs the convolution.
  public func callAsFunction(_ x: Tensor, _ run: inout Forward) -> Tensor {
    run.convolution(x, weight, bias: bias, stride: stride, padding: padding)
  }
}
