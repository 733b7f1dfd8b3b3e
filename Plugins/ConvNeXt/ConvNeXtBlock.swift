import EncoderKit

/// Each channel looked at by a kernel of 7 × 7, normalised, and sent through a hidden layer; added to what came in.
///
/// Keys: `conv_dw`, `norm`, `mlp.fc1`, `mlp.fc2`, and `gamma`, or `mlp.grn` in version 2.
struct ConvNeXtBlock {
  private let look: Convolution
  private let normalization: LayerNormalization
  private let hidden: Convolution
  private let response: (scale: Parameter, shift: Parameter)?
  private let output: Convolution
  private let scale: LayerScale?
  private let depthRate: Float

  init(_ scope: Scope, width: Int, isVersion2: Bool, depthRate: Float) throws {
    let mlp = scope("mlp")
    look = try Convolution(
      scope("conv_dw"), from: width, to: width, kernel: 7, padding: 3, groups: width, hasBias: true,
      initializer: .normal(0.02))
    normalization = try LayerNormalization(scope("norm"), width: width, epsilon: 1e-6)
    hidden = try Convolution(
      mlp("fc1"), from: width, to: 4 * width, kernel: .linear, padding: .zeros(0), hasBias: true,
      initializer: .normal(0.02))
    output = try Convolution(
      mlp("fc2"), from: 4 * width, to: width, kernel: .linear, padding: .zeros(0), hasBias: true,
      initializer: .normal(0.02))
    func factor(_ name: String) throws -> Parameter {
      try mlp("grn").parameter(
        name, shape: [4 * width], kind: .offset, initializer: .constant(0))
    }
    response = isVersion2 ? (try factor("weight"), try factor("bias")) : nil
    scale = isVersion2 ? nil : try LayerScale(scope, width: width, initial: 1e-6)
    self.depthRate = depthRate
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    var y = normalization(look(x, &pass), &pass)
    y = pass.activate(hidden(y, &pass), .gelu)
    if let response {
      y = pass.responseNormalization(y, scale: response.scale, shift: response.shift)
    }
    y = output(y, &pass)
    if let scale { y = scale(y, &pass) }
    // The branch first: it is the convolution that the sum can join.
    return pass.add(pass.stochasticDepth(y, rate: depthRate), x)
  }
}
