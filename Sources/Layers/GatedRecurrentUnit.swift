import Tensors

/// A gated recurrent unit over packed texts: `[rows, input]` to the states `[rows, width]`.
///
/// r, z = σ(W x + b + U h + d), n = tanh(W x + b + r · (U h + d)), h = (1 − z) · n + z · h. Cho et al. 2014,
/// https://arxiv.org/abs/1406.1078. Keys are those of `torch.nn.GRU`'s first layer, as of
/// `LongShortTermMemory` with three gates: r, z, n.
public struct GatedRecurrentUnit {
  private let parameters: RecurrentParameters
  private let isReversed: Bool

  /// A unit of `width` states.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(_ scope: Scope, from input: Int, width: Int, isReversed: Bool = false) throws {
    parameters = try RecurrentParameters(
      scope, gates: 3, from: input, width: width, isReversed: isReversed)
    self.isReversed = isReversed
  }

  /// The state behind each word; zero between texts.
  public func callAsFunction(_ x: Tensor, _ layout: PackedLayout, _ pass: inout Forward) -> Tensor {
    pass.gru(x, layout, parameters, isReversed: isReversed)
  }

  /// The state behind each whole text, `[texts, width]`, out of the states of all words.
  public func last(_ states: Tensor, _ layout: PackedLayout, _ pass: inout Forward) -> Tensor {
    pass.gatherRows(states, layout.ends(isReversed: isReversed))
  }
}
