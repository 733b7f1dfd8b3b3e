import Tensors

extension RecurrentParameters {
  /// PyTorch's keys and starting values, uniform within ±1 / √width.
  init(
    _ scope: Scope, gates: Int, from input: Int, width: Int, isReversed: Bool
  ) throws {
    let tail = isReversed ? "_reverse" : ""
    let start = Initializer.uniform(1 / Float(width).squareRoot())
    self.init(
      input: try scope.parameter(
        "weight_ih_l0\(tail)", shape: [gates * width, input], initializer: start),
      hidden: try scope.parameter(
        "weight_hh_l0\(tail)", shape: [gates * width, width], initializer: start),
      inputBias: try scope.parameter(
        "bias_ih_l0\(tail)", shape: [gates * width], kind: .offset, initializer: start),
      hiddenBias: try scope.parameter(
        "bias_hh_l0\(tail)", shape: [gates * width], kind: .offset, initializer: start))
  }
}

extension PackedLayout {
  /// The row of each document where a recurrence has read all of it.
  func ends(isReversed: Bool) -> [Int32] {
    isReversed ? starts : zip(starts, lengths).map { $0 + $1 - 1 }
  }
}
