import Foundation

/// Student's t distribution.
package struct StudentT: Sendable, Equatable {
  package let degreesOfFreedom: Double

  /// - Precondition: `degreesOfFreedom` is positive.
  package init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability of a value at least as far from 0 as `t`, on either side: a two-sided p.
  package func twoSidedTail(_ t: Double) -> Double {
    if t.isInfinite { return 0 }
    // x = ν/(ν+t²) from the ratio that does not overflow.
    let square = t * t / degreesOfFreedom
    return regularizedIncompleteBeta(
      x: 1 / (1 + square), complement: square.isInfinite ? 1 : square / (1 + square),
      a: degreesOfFreedom / 2, b: 0.5)
  }

  /// The probability of a value of at most `t`.
  package func cumulative(_ t: Double) -> Double {
    let tail = twoSidedTail(t) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The value that a draw stays below with this probability.
  ///
  /// - Precondition: `probability` is above 0 and below 1.
  package func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "probability \(probability)")
    if probability == 0.5 { return 0 }
    let tail = min(probability, 1 - probability) * 2
    var low = 0.0
    var high = 1.0
    while twoSidedTail(high) > tail, high < 1e300 {
      low = high
      high *= 2
    }
    // Bisection: some 60 steps, safe at any tail.
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if twoSidedTail(middle) > tail { low = middle } else { high = middle }
    }
    return probability < 0.5 ? -high : high
  }
}
