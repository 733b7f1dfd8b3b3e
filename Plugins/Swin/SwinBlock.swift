import EncoderKit

/// Attention within windows and a hidden layer, each behind a normalisation and added to what it was given.
///
/// Keys: `norm1`, `attn.qkv`, `attn.proj`, `attn.relative_position_bias_table`, `norm2`, `mlp.fc1`, `mlp.fc2`.
struct SwinBlock {
  private let normalizations: [LayerNormalization]
  private let attention: MultiHeadAttention
  private let table: Parameter
  private let distances: [Int32]
  private let grid: TokenGrid
  private let hidden: Linear
  private let output: Linear
  private let depthRate: Float

  init(
    _ scope: Scope, _ configuration: SwinConfiguration, layer: Int, grid: TokenGrid,
    depthRate: Float
  ) throws {
    let (width, heads) = (configuration.width(of: layer), configuration.heads[layer])
    let hiddenWidth = Int(Double(width) * configuration.hiddenRatio)
    let across = 2 * grid.window - 1
    let first = try LayerNormalization(scope("norm1"), width: width, epsilon: 1e-5)
    table = try scope("attn").parameter(
      "relative_position_bias_table", shape: [across * across, heads], kind: .offset,
      initializer: .normal(0.02))
    attention = try MultiHeadAttention(scope("attn"), width: width, heads: heads, keys: .timm)
    let second = try LayerNormalization(scope("norm2"), width: width, epsilon: 1e-5)
    hidden = try Linear(scope("mlp")("fc1"), from: width, to: hiddenWidth)
    output = try Linear(scope("mlp")("fc2"), from: hiddenWidth, to: width)
    normalizations = [first, second]
    distances = TokenGrid.distances(window: grid.window)
    self.grid = grid
    self.depthRate = depthRate
  }

  /// Tokens `[batch, side · side, width]` to the same shape.
  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let seen = windows(normalizations[0](x, &pass), &pass)
    let y = pass.add(x, pass.stochasticDepth(seen, rate: depthRate))
    let inner = pass.activate(hidden(normalizations[1](y, &pass), &pass), .gelu)
    return pass.add(y, pass.stochasticDepth(output(inner, &pass), rate: depthRate))
  }

  private func windows(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let (batch, width, places) = (x.shape[0], x.channels, grid.window * grid.window)
    let count = grid.cut.count / places
    let cut = pass.reshape(pass.takePlaces(x, grid.cut), to: [batch * count, places, width])
    let bias = pass.relativePositionBias(table, distances, masks: grid.masks)
    let seen = attention(cut, &pass, bias: bias)
    return pass.takePlaces(pass.reshape(seen, to: [batch, count * places, width]), grid.joined)
  }
}
