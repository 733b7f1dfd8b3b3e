import CKernels

/// A function of each element.
public enum Activation: String, Sendable, CaseIterable {
  /// min(max(0, x), 6).
  ///
  /// Howard et al. 2017, "MobileNets", https://arxiv.org/abs/1704.04861.
  case relu6
  /// x · Φ(x), Φ the normal distribution's share below x; PyTorch's default, not the approximation by
  /// tanh.
  ///
  /// Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", https://arxiv.org/abs/1606.08415.
  case gelu
  /// x · σ(x), also called swish.
  ///
  /// Elfwing, Uchibe and Doya 2018, https://arxiv.org/abs/1702.03118.
  case silu
  /// x · min(max(0, x + 3), 6) / 6.
  ///
  /// Howard et al. 2019, "Searching for MobileNetV3", https://arxiv.org/abs/1905.02244.
  case hardSwish
  /// min(max(0, x + 3), 6) / 6.
  ///
  /// Howard et al. 2019, https://arxiv.org/abs/1905.02244.
  case hardSigmoid
  /// σ(x) = 1 / (1 + e⁻ˣ).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh

  var kind: Int32 {
    let kind =
      switch self {
      case .relu6: ez_relu6
      case .gelu: ez_gelu
      case .silu: ez_silu
      case .hardSwish: ez_hard_swish
      case .hardSigmoid: ez_hard_sigmoid
      case .sigmoid: ez_sigmoid
      case .tanh: ez_tanh
      }
    return Int32(kind.rawValue)
  }
}

extension Forward {
  /// A function of each element; the result has the shape of `x`.
  ///
  /// Relative error about 1e-6; a NaN stays one. Where a convolution made `x`, perhaps with a normalisation, nothing
  /// else should read it: in evaluation the function becomes part of the convolution.
  public func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
    if isLazy, x.node == nil, var work = x.fusableConvolution, !work.hasFunction {
      work.activation = activation
      return x.fused(Tensor(work))
    }
    func apply(_ x: Tensor) -> Tensor {
      Tensor(x.shape, from: x) { ez_activate($1, activation.kind, $0, x.count) }
    }
    var output = apply(x)
    trace?.note(.activation(activation), [x], output)
    if activation == .relu6 { observeReLU?(output) }
    let node = x.node
    let saved = node == nil ? nil : SavedTensor(x)
    // Behind a normalisation that is made again itself it would be made three times.
    if let saved, x.recipe == nil { output.recipe = Recipe { apply(saved.tensor) } }
    return record(output, wanted: node != nil) { dy in
      guard let x = saved?.tensor else { return }
      let dx = Tensor(dy.shape, from: x, dy) { dx, x, slopes in
        ez_activate_gradient(x, slopes, activation.kind, dx, dy.count)
      }
      node?.accumulate(dx)
    }
  }
}
