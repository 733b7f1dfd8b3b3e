import Foundation

/// The regularised incomplete beta function Iₓ(a, b), for a and b positive.
///
/// The continued fraction of DLMF 8.17.22 by Lentz's method on the side where it converges fast
/// (x < (a+1)/(a+b+2)), the reflection 1 − I₁₋ₓ(b, a) on the other. Error below 1e-12 for a and b
/// up to some thousands. `x` and `complement` = 1 − x are passed apart, so that neither end loses
/// digits.
func regularizedIncompleteBeta(x: Double, complement: Double, a: Double, b: Double) -> Double {
  precondition(a > 0 && b > 0, "a \(a) and b \(b) must be positive")
  if x <= 0 { return 0 }
  if complement <= 0 { return 1 }
  let logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * logOf(x, complement)
    + b * logOf(complement, x)
  let front = exp(logFront)
  if x < (a + 1) / (a + b + 2) {
    return front * betaFraction(x, a, b) / a
  }
  return 1 - front * betaFraction(complement, b, a) / b
}

/// The logarithm of x, from its complement where x is near 1.
private func logOf(_ x: Double, _ complement: Double) -> Double {
  x > 0.5 ? log1p(-complement) : log(x)
}

/// The logarithm of the gamma function of a positive number.
func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300  // stands for zero, where a division would be lost
  func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
  var result = d
  for step in 1...100_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonzero(1 + even * d)
    c = nonzero(1 + even / c)
    result *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonzero(1 + odd * d)
    c = nonzero(1 + odd / c)
    let factor = d * c
    result *= factor
    if abs(factor - 1) < 1e-15 { break }
  }
  return result
}
