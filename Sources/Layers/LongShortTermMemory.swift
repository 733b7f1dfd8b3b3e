import Tensors

/// A long short-term memory over packed texts: `[rows, input]` to the states `[rows, width]`.
///
/// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c = f · c + i · g, h = o · tanh(c). Hochreiter and
/// Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735. Keys are those of `torch.nn.LSTM`'s
/// first layer: `weight_ih_l0` `[4 · width, input]`, `weight_hh_l0` `[4 · width, width]`,
/// `bias_ih_l0`, `bias_hh_l0` `[4 · width]`, with `_reverse` behind them where texts are read from their
/// ends; gates in the order i, f, g, o.
public struct LongShortTermMemory {
  private let parameters: RecurrentParameters
  private let isReversed: Bool

  /// A memory of `width` cells.
  ///
  /// - Throws: `ZooError` when saved weights lack a tensor or have another shape.
  public init(_ scope: Scope, from input: Int, width: Int, isReversed: Bool = false) throws {
    parameters = try RecurrentParameters(
      scope, gates: 4, from: input, width: width, isReversed: isReversed)
    self.isReversed = isReversed
  }

  /// The state behind each word; zero between texts.
  public func callAsFunction(_ x: Tensor, _ layout: PackedLayout, _ pass: inout Forward) -> Tensor {
    pass.lstm(x, layout, parameters, isReversed: isReversed)
  }

  /// The state behind each whole text, `[texts, width]`, out of the states of all words.
  public func last(_ states: Tensor, _ layout: PackedLayout, _ pass: inout Forward) -> Tensor {
    pass.gatherRows(states, layout.ends(isReversed: isReversed))
  }
}
