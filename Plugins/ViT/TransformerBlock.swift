import EncoderKit

/// Attention and a hidden layer, each behind a normalisation and added to what it was given.
///
/// Keys: `norm1`, `attn.qkv`, `attn.proj`, `ls1.gamma`, `norm2`, `mlp.fc1`, `mlp.fc2`, `ls2.gamma`.
struct TransformerBlock {
  private let normalizations: [LayerNormalization]
  private let attention: MultiHeadAttention
  private let scales: [LayerScale]
  private let hidden: Linear
  private let output: Linear
  private let isGated: Bool
  private let depthRate: Float

  init(_ scope: Scope, _ configuration: ViTConfiguration, depthRate: Float) throws {
    let (width, hiddenWidth) = (configuration.width, configuration.hiddenWidth)
    func scale(_ name: String) throws -> [LayerScale] {
      configuration.hasLayerScale ? [try LayerScale(scope(name), width: width)] : []
    }
    let first = try LayerNormalization(scope("norm1"), width: width, epsilon: 1e-6)
    attention = try MultiHeadAttention(
      scope("attn"), width: width, heads: configuration.heads, keys: .timm)
    let firstScale = try scale("ls1")
    let second = try LayerNormalization(scope("norm2"), width: width, epsilon: 1e-6)
    hidden = try Linear(scope("mlp")("fc1"), from: width, to: hiddenWidth)
    output = try Linear(
      scope("mlp")("fc2"), from: configuration.isGated ? hiddenWidth / 2 : hiddenWidth, to: width)
    scales = try firstScale + scale("ls2")
    normalizations = [first, second]
    isGated = configuration.isGated
    self.depthRate = depthRate
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    var seen = attention(normalizations[0](x, &pass), &pass)
    if let scale = scales.first { seen = scale(seen, &pass) }
    let y = pass.add(x, pass.stochasticDepth(seen, rate: depthRate))
    var thought = output(activated(hidden(normalizations[1](y, &pass), &pass), &pass), &pass)
    if let scale = scales.last { thought = scale(thought, &pass) }
    return pass.add(y, pass.stochasticDepth(thought, rate: depthRate))
  }

  private func activated(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    guard isGated else { return pass.activate(x, .gelu) }
    let half = x.channels / 2
    return pass.multiply(
      pass.activate(pass.slice(x, 0..<half), .silu), pass.slice(x, half..<2 * half))
  }
}
