/// The parameters of a recurrence over `width` states: `gates` is 4 for a long short-term memory (i, f,
/// g, o) and 3 for a gated recurrent unit (r, z, n), in PyTorch's order.
public struct RecurrentParameters {
  let input: Parameter
  let hidden: Parameter
  let inputBias: Parameter
  let hiddenBias: Parameter

  /// Weights `[gates · width, input]` and `[gates · width, width]`, and a bias `[gates · width]` of each.
  public init(input: Parameter, hidden: Parameter, inputBias: Parameter, hiddenBias: Parameter) {
    self.input = input
    self.hidden = hidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }
}
