import Foundation

/// The probability that a standard normal value is at most `z`.
package func normalCumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

/// The value that a standard normal one stays below with this probability.
///
/// By bisection on the smaller tail, some 60 steps: exact to the last digits that `erfc` has.
///
/// - Precondition: `probability` is above 0 and below 1.
package func normalQuantile(_ probability: Double) -> Double {
  precondition(probability > 0 && probability < 1, "probability \(probability)")
  if probability == 0.5 { return 0 }
  let tail = min(probability, 1 - probability)
  var (low, high) = (-40.0, 0.0)
  while true {
    let middle = low + (high - low) / 2
    guard middle > low, middle < high else { break }
    if normalCumulative(middle) < tail { low = middle } else { high = middle }
  }
  return probability < 0.5 ? high : -high
}
