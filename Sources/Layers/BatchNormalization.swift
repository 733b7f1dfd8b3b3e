import Tensors

/// Batch normalisation over all axes but the last, optionally with ReLU behind it.
///
/// Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167. Keys, each `[channels]`: `weight`,
/// `bias`, `running_mean`, `running_var`.
public struct BatchNormalization {
  private let parameters: NormalizationParameters
  private let relu: Bool

  /// Normalisation of a number of channels.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, channels: Int, relu: Bool = false, momentum: Float = 0.1,
    epsilon: Float = 1e-5
  ) throws {
    self.relu = relu
    parameters = NormalizationParameters(
      scale: try scope.parameter(
        "weight", shape: [channels], kind: .offset, initializer: .constant(1)),
      shift: try scope.parameter(
        "bias", shape: [channels], kind: .offset, initializer: .constant(0)),
      runningMean: try scope.parameter(
        "running_mean", shape: [channels], kind: .statistic, initializer: .constant(0)),
      runningVariance: try scope.parameter(
        "running_var", shape: [channels], kind: .statistic, initializer: .constant(1)),
      momentum: momentum, epsilon: epsilon)
  }

  /// Normalises one tensor.
  ///
  /// Where a convolution made it, nothing else should read it, or the convolution runs again for
  /// that.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.batchNormalization(x, parameters, relu: relu)
  }

  /// Normalises tensors as if they stood side by side along the channels, without copying them.
  public func callAsFunction(_ parts: [Tensor], _ pass: inout Forward) -> Tensor {
    pass.batchNormalization(parts, parameters, relu: relu)
  }
}
