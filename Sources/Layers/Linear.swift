import Tensors

/// A linear layer: `[batch, in]` to `[batch, out]`, y = x · wᵀ + b.
///
/// Keys: `weight` `[out, in]`, `bias` `[out]`.
public struct Linear {
  private let weight: Parameter
  private let bias: Parameter

  /// A layer of `input` to `output` features.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, initializer: Initializer = .uniformFanIn
  ) throws {
    weight = try scope.parameter("weight", shape: [output, input], initializer: initializer)
    bias = try scope.parameter("bias", shape: [output], kind: .offset, initializer: .constant(0))
  }

  /// Runs the layer.
  public func callAsFunction(_ x: Tensor, _ run: inout Forward) -> Tensor {
    run.linear(x, weight, bias: bias)
  }
}
