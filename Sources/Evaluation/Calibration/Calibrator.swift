import Foundation

/// A map from logits to probabilities that was fitted on other cases: those of the validation subset.
///
/// It changes no order of cases (but isotonic ties), so no rank metric but by those ties.
package enum Calibrator: Sendable, Equatable {
  /// p = σ(logit / temperature), softmax(logits / temperature) of several classes (Guo and others 2017,
  /// https://arxiv.org/abs/1706.04599). Above 0; above 1 it makes probabilities less extreme.
  case temperature(Double)
  /// p = σ(slope · logit + intercept) (Platt 1999, "Probabilistic outputs for support vector machines").
  case platt(slope: Double, intercept: Double)
  /// A rising line through points, level beyond the first and the last (Zadrozny & Elkan 2002,
  /// https://doi.org/10.1145/775047.775151).
  case isotonic(IsotonicLine)

  /// The probability of the positive class.
  package func probability(_ logit: Double) -> Double {
    switch self {
    case .temperature(let temperature): sigmoid(logit / temperature)
    case .platt(let slope, let intercept): sigmoid(slope * logit + intercept)
    case .isotonic(let line): line.value(at: logit)
    }
  }

  /// The probabilities of a case's classes; nil for calibrators that serve two classes alone.
  package func probabilities(_ logits: [Double]) -> [Double]? {
    guard case .temperature(let temperature) = self else { return nil }
    return softmax(logits.map { $0 / temperature })
  }
}
