import Tensors

/// Layer normalisation over the last axis: `[…, width]` to the same shape.
///
/// y = (x − mean) / √(variance + ε) · scale + shift of each row, the variance biased. Ba, Kiros and
/// Hinton 2016, https://arxiv.org/abs/1607.06450. Keys, each `[width]`: `weight`, `bias`.
public struct LayerNormalization {
  private let scale: Parameter
  private let shift: Parameter
  private let epsilon: Float

  /// Normalisation of rows of `width` values.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(_ scope: Scope, width: Int, epsilon: Float = 1e-5) throws {
    scale = try scope.parameter(
      "weight", shape: [width], kind: .offset, initializer: .constant(1))
    shift = try scope.parameter("bias", shape: [width], kind: .offset, initializer: .constant(0))
    self.epsilon = epsilon
  }

  /// Normalises each row.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.layerNormalization(x, scale: scale, shift: shift, epsilon: epsilon)
  }
}
