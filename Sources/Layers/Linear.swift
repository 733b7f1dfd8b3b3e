import Tensors

/// A linear layer: `[…, in]` to `[…, out]`, y = x · wᵀ + b.
///
/// Keys: `weight` `[out, in]` and, unless left out, `bias` `[out]`.
public struct Linear {
  private let weight: Parameter
  private let bias: Parameter?
  private let adapter: LowRankAdapter?

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
    adapter = try scope.adapter(from: input, to: output)
  }

  /// Runs the layer.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let result = pass.linear(x, weight, bias: bias)
    return adapter.map { $0(x, addedTo: result, &pass) } ?? result
  }
}
