import Tensors

/// A linear layer: `[…, in]` to `[…, out]`, y = x · wᵀ + b.
///
/// Keys: `weight` `[out, in]` and, unless left out, `bias` `[out]`.
public struct Linear {
  private let weight: Parameter
  private let bias: Parameter?

  /// A layer of `input` to `output` features.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, from input: Int, to output: Int, hasBias: Bool = true,
    initializer: Initializer = .uniformFanIn
  ) throws {
    weight = try scope.parameter("weight", shape: [output, input], initializer: initializer)
    bias =
      hasBias
      ? try scope.parameter("bias", shape: [output], kind: .offset, initializer: .constant(0))
      : nil
  }

  /// Runs the layer.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    guard x.shape.count > 2 else { return pass.linear(x, weight, bias: bias) }
    let rows = pass.reshape(x, to: [x.shape.dropLast().reduce(1, *), x.channels])
    let result = pass.linear(rows, weight, bias: bias)
    return pass.reshape(result, to: x.shape.dropLast() + [result.channels])
  }
}
