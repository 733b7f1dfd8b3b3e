import Tensors

/// Batch normalisation over all axes but the last, optionally with ReLU or another function behind it.
///
/// Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167. Keys, each `[channels]`: `weight`,
/// `bias`, `running_mean`, `running_var`.
public struct BatchNormalization {
  private let parameters: NormalizationParameters
  private let relu: Bool
  private let activation: Activation?

  /// Normalisation of a number of channels, then ReLU or a function of each element.
  ///
  /// In evaluation all of it is part of the convolution before.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, channels: Int, relu: Bool = false, activation: Activation? = nil,
    momentum: Float = 0.1, epsilon: Float = 1e-5
  ) throws {
    self.relu = relu
    self.activation = activation
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
    activated(pass.batchNormalization(x, parameters, relu: relu), &pass)
  }

  /// Normalises tensors as if they stood side by side along the channels, without copying them.
  public func callAsFunction(_ parts: [Tensor], _ pass: inout Forward) -> Tensor {
    activated(pass.batchNormalization(parts, parameters, relu: relu), &pass)
  }

  private func activated(_ y: Tensor, _ pass: inout Forward) -> Tensor {
    activation.map { pass.activate(y, $0) } ?? y
  }
}
