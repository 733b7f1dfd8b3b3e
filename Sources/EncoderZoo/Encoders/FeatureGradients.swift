import EncoderKit

/// Features, and the gradients of a loss of them.
public struct FeatureGradients {
  /// `[batch, featureWidth]`.
  public let features: Tensor
  /// With respect to the images, of their shape; nil of texts.
  public let input: Tensor?
  /// With respect to each parameter that may train, by its key; shapes as in ``ParameterStore``.
  public let parameters: [String: Tensor]
}
