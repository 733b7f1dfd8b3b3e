import EncoderKit

/// A vision transformer: an image as a row of patches, and attention between them.
///
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021, https://arxiv.org/abs/2010.11929;
/// the small size of Touvron et al. 2021, https://arxiv.org/abs/2012.12877. Images `[batch, height,
/// width, channels]` to features `[batch, width]`: the class token behind the last normalisation.
/// Keys are timm's (`cls_token`, `pos_embed`, `patch_embed.proj.weight`, `blocks.0.attn.qkv.weight`, …)
/// without `head`.
struct VisionTransformer: ImageEncoder {
  /// The extents of a transformer.
  struct Configuration {
    var patch = 16
    var width = 384
    var depth = 12
    var heads = 6
    /// The rate of stochastic depth at the last block; it grows from 0 at the first.
    var depthRate = 0.0
  }

  private let patches: Convolution
  private let classToken: Parameter
  private let positions: Parameter
  private let blocks: [TransformerBlock]
  private let normalization: LayerNormalization
  private let width: Int
  let stages: [EncoderStage]

  var featureWidth: Int { width }

  init(_ configuration: Configuration, input: ImageInput, scope: Scope) throws {
    let (width, patch) = (configuration.width, configuration.patch)
    guard input.size % patch == 0 else {
      throw ZooError(
        .badValue, "images of \(input.size) pixels are not whole patches of \(patch)",
        advice: "choose a size that \(patch) divides")
    }
    let side = input.size / patch
    self.width = width
    // Tensors of three axes and more have the second of the file's last: [1, time, width] is
    // [1, width, time] here.
    classToken = try scope.parameter(
      "cls_token", shape: [1, width, 1], initializer: .normal(1e-6))
    positions = try scope.parameter(
      "pos_embed", shape: [1, width, side * side + 1], initializer: .normal(0.02))
    patches = try Convolution(
      scope("patch_embed")("proj"), from: input.channels, to: width, kernel: patch, stride: patch,
      hasBias: true, initializer: .uniformFanIn)
    let depth = configuration.depth
    blocks = try (0..<depth).map { index in
      try TransformerBlock(
        scope("blocks")(index), width: width, heads: configuration.heads,
        depthRate: Float(configuration.depthRate) * Float(index) / Float(max(1, depth - 1)))
    }
    normalization = try LayerNormalization(scope("norm"), width: width, epsilon: 1e-6)
    stages = Self.stages(depth: depth)
  }

  /// The patches, the blocks, the normalised class token.
  static func stages(depth: Int) -> [EncoderStage] {
    [EncoderStage("patches", keys: ["cls_token", "pos_embed", "patch_embed"])]
      + (0..<depth).map { EncoderStage("block\($0 + 1)", keys: ["blocks.\($0)"]) }
      + [EncoderStage("norm", keys: ["norm"])]
  }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    if stage == 0 { return tokens(x, &pass) }
    guard stage <= blocks.count else {
      // The class token is the first of each row.
      let rows = pass.reshape(x, to: [x.shape[0], x.shape[1] * width])
      return normalization(pass.slice(rows, 0..<width), &pass)
    }
    return blocks[stage - 1](x, &pass)
  }

  /// Images as `[batch, 1 + patches, width]`.
  private func tokens(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let batch = x.shape[0]
    let maps = patches(x, &pass)
    let time = maps.shape[1] * maps.shape[2]
    let rows = pass.reshape(maps, to: [batch, time * width])
    let token = pass.reshape(pass.value(of: classToken), to: [width])
    let joined = pass.concatenate([pass.broadcast(token, count: batch), rows])
    // [1, width, time] to [time, width].
    let places = pass.reshape(
      pass.flattenChannelsFirst(pass.value(of: positions)), to: [(time + 1) * width])
    let sum = pass.add(joined, pass.broadcast(places, count: batch))
    return pass.reshape(sum, to: [batch, time + 1, width])
  }
}

/// Attention and two linear layers, each behind a normalisation and added to what it was given.
///
/// Keys: `norm1`, `attn.qkv`, `attn.proj`, `norm2`, `mlp.fc1`, `mlp.fc2`.
struct TransformerBlock {
  private let normalizations: [LayerNormalization]
  private let attention: MultiHeadAttention
  private let hidden: Linear
  private let output: Linear
  private let depthRate: Float

  init(_ scope: Scope, width: Int, heads: Int, depthRate: Float) throws {
    let first = try LayerNormalization(scope("norm1"), width: width, epsilon: 1e-6)
    attention = try MultiHeadAttention(scope("attn"), width: width, heads: heads, keys: .timm)
    let second = try LayerNormalization(scope("norm2"), width: width, epsilon: 1e-6)
    hidden = try Linear(scope("mlp")("fc1"), from: width, to: 4 * width)
    output = try Linear(scope("mlp")("fc2"), from: 4 * width, to: width)
    normalizations = [first, second]
    self.depthRate = depthRate
  }

  func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
    let seen = attention(normalizations[0](x, &pass), &pass)
    let y = pass.add(x, pass.stochasticDepth(seen, rate: depthRate))
    let thought = pass.activate(hidden(normalizations[1](y, &pass), &pass), .gelu)
    return pass.add(y, pass.stochasticDepth(output(thought, &pass), rate: depthRate))
  }
}
