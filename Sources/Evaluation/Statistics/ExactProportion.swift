/// The exact interval of a proportion: `successes` of `count` independent cases (Clopper & Pearson,
/// "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26,
/// 1934).
///
/// The bounds solve P(X ≥ k) = α/2 and P(X ≤ k) = α/2, with P(X ≥ k) = Iₚ(k, n − k + 1). It never
/// has no width, so it stands in where every bootstrap resample gives the same value.
///
/// - Precondition: 0 ≤ `successes` ≤ `count`, `count` at least 1.
package func exactProportionInterval(_ successes: Int, of count: Int, level: Double = 0.95)
  -> Interval
{
  precondition(count > 0 && (0...count).contains(successes), "\(successes) of \(count)")
  precondition(level > 0 && level < 1, "level \(level)")
  let tail = (1 - level) / 2
  func atLeast(_ k: Int, _ p: Double) -> Double {
    regularizedIncompleteBeta(x: p, complement: 1 - p, a: Double(k), b: Double(count - k + 1))
  }
  /// The probability at which a growing function reaches a value.
  func solve(_ value: Double, _ function: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if function(middle) < value { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
  return Interval(
    lower: successes == 0 ? 0 : solve(tail) { atLeast(successes, $0) },
    upper: successes == count ? 1 : solve(1 - tail) { atLeast(successes + 1, $0) })
}
