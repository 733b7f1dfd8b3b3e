import Tensors

/// Self-attention in several heads: `[batch, time, width]` to the same shape.
///
/// Of each head softmax(Q · Kᵀ / √d) · V, the heads side by side through a linear layer. Vaswani et al.
/// 2017, "Attention Is All You Need", https://arxiv.org/abs/1706.03762. Keys are those of
/// `torch.nn.MultiheadAttention`: `in_proj_weight` `[3 · width, width]` and `in_proj_bias` (queries,
/// keys, values), `out_proj.weight` `[width, width]`, `out_proj.bias`; or timm's `qkv.weight`,
/// `qkv.bias`, `proj.weight`, `proj.bias` of the same shapes.
public struct MultiHeadAttention {
  /// Whose names the parameters have.
  public enum Keys: Sendable {
    /// `torch.nn.MultiheadAttention`'s, and torchvision's.
    case torch
    /// timm's.
    case timm
  }

  private let weight: Parameter
  private let bias: Parameter
  private let adapter: LowRankAdapter?
  private let output: Linear
  private let heads: Int

  /// Attention of `heads` heads over a width that they divide.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(_ scope: Scope, width: Int, heads: Int, keys: Keys = .torch) throws {
    requireShapes(
      heads > 0 && width % heads == 0,
      "attention: \(heads) heads can't share a width of \(width)")
    let names = keys == .torch ? ("in_proj_weight", "in_proj_bias") : ("qkv.weight", "qkv.bias")
    // Glorot and Bengio's bound for three layers in one.
    let bound = (6 / Float(4 * width)).squareRoot()
    weight = try scope.parameter(
      names.0, shape: [3 * width, width], initializer: .uniform(bound))
    bias = try scope.parameter(
      names.1, shape: [3 * width], kind: .offset, initializer: .constant(0))
    adapter = try scope(keys == .torch ? "in_proj" : "qkv").adapter(from: width, to: 3 * width)
    output = try Linear(scope(keys == .torch ? "out_proj" : "proj"), from: width, to: width)
    self.heads = heads
  }

  /// Runs the attention; places behind a sample's length are read by none.
  ///
  /// A bias, `[biases, heads, time, time]`, is added to the scores: sample b has the one of b % biases.
  /// The batch is a multiple of the biases, and there are no lengths then.
  public func callAsFunction(
    _ x: Tensor, _ pass: inout Forward, lengths: [Int]? = nil, bias: Tensor? = nil
  ) -> Tensor {
    requireShapes(x.shape.count == 3, "attention: \(x.shape) is not [batch, time, width]")
    let joined = pass.linear(x, weight, bias: self.bias)
    let qkv = adapter.map { $0(x, addedTo: joined, &pass) } ?? joined
    return output(pass.attention(qkv, heads: heads, lengths: lengths, bias: bias), &pass)
  }
}
