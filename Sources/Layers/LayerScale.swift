import Tensors

/// Every place of the last axis times a factor of its own: `[…, width]` to the same shape.
///
/// At first all factors are equal and small, so that a deep residual network begins near the identity. Touvron et al. 2021, "Going
/// deeper with Image Transformers", https://arxiv.org/abs/2103.17239. Key `gamma` `[width]`, as in timm and DINOv2.
public struct LayerScale {
  private let factors: Parameter

  /// Factors for rows of `width` values.
  ///
  /// - Throws: `ZooError` when saved weights lack the tensor or have another shape.
  public init(_ scope: Scope, width: Int, initial: Float = 1e-5, name: String = "gamma") throws {
    factors = try scope.parameter(
      name, shape: [width], kind: .offset, initializer: .constant(initial))
  }

  /// Scales each row.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.scaleChannels(x, by: factors)
  }
}
