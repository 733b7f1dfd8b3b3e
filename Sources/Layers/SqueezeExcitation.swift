import Tensors

/// Squeeze-and-excitation: every channel of an image times a gate that all channels' means decide.
///
/// gate = s(W₂ · a(W₁ · mean(x))), y = x · gate. Hu, Shen and Sun 2018, "Squeeze-and-Excitation
/// Networks", https://arxiv.org/abs/1709.01507. `[batch, height, width, channels]` to the same shape.
/// Keys are torchvision's, 1×1 convolutions: `fc1.weight` `[squeezed, 1, 1, channels]`, `fc1.bias`,
/// `fc2.weight` `[channels, 1, 1, squeezed]`, `fc2.bias`; other names can be given.
public struct SqueezeExcitation {
  private let squeeze: Convolution
  private let excite: Convolution
  private let activation: Activation?
  private let scaling: Activation

  /// A gate of `channels` channels through `squeezed` ones.
  ///
  /// `activation` nil is ReLU; `scaling` is `.sigmoid`, or `.hardSigmoid` as in MobileNetV3.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(
    _ scope: Scope, channels: Int, squeezed: Int, activation: Activation? = nil,
    scaling: Activation = .sigmoid, names: (squeeze: String, excite: String) = ("fc1", "fc2")
  ) throws {
    squeeze = try Convolution(
      scope(names.squeeze), from: channels, to: squeezed, kernel: 1, hasBias: true)
    excite = try Convolution(
      scope(names.excite), from: squeezed, to: channels, kernel: 1, hasBias: true)
    self.activation = activation
    self.scaling = scaling
  }

  /// Runs the gate over images.
  public func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let mean = pass.reshape(pass.globalAveragePool(x), to: [x.shape[0], 1, 1, x.channels])
    let squeezed = squeeze(mean, &pass)
    let active = activation.map { pass.activate(squeezed, $0) } ?? pass.relu(squeezed)
    return pass.gate(x, by: pass.activate(excite(active, &pass), scaling))
  }
}
