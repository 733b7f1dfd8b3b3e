import Foundation

/// Which number of a model's logits is explained.
///
/// Attributions add up to the change of this number: they are those of one function, whose gradient at the
/// logits is `slopes`.
package enum ScoreTarget: Sendable, Equatable {
  /// A logit: of the positive class, or of one label of many.
  case logit(Int)
  /// The log-odds of one class against all others, z_k − log Σ_{j≠k} exp z_j: its sigmoid is the probability
  /// of the class, exp z_k / Σ exp z_j.
  case oddsAgainstRest(Int)
  /// The difference of two logits, z_a − z_b: why this rather than that.
  case contrast(Int, against: Int)

  /// The number for one case's logits.
  package func score(_ logits: ArraySlice<Float>) -> Double {
    func value(_ index: Int) -> Double { Double(logits[logits.startIndex + index]) }
    switch self {
    case .logit(let index): return value(index)
    case .contrast(let index, let other): return value(index) - value(other)
    case .oddsAgainstRest(let index):
      let others = logits.indices.filter { $0 != logits.startIndex + index }.map {
        Double(logits[$0])
      }
      let largest = others.max() ?? 0
      return value(index) - largest - log(others.reduce(0) { $0 + exp($1 - largest) })
    }
  }

  /// Its derivative by each of one case's logits.
  package func slopes(_ logits: ArraySlice<Float>) -> [Float] {
    var slopes = [Float](repeating: 0, count: logits.count)
    switch self {
    case .logit(let index): slopes[index] = 1
    case .contrast(let index, let other):
      slopes[index] += 1
      slopes[other] -= 1
    case .oddsAgainstRest(let index):
      let others = logits.indices.map { Double(logits[$0]) }
      let largest = others.enumerated().filter { $0.offset != index }.map(\.element).max() ?? 0
      let powers = others.enumerated().map { $0.offset == index ? 0 : exp($0.element - largest) }
      let sum = powers.reduce(0, +)
      slopes = powers.map { Float(-$0 / sum) }
      slopes[index] = 1
    }
    return slopes
  }
}
