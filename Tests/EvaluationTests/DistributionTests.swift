import Foundation
import Testing

@testable import Evaluation

@Suite("Distributions")
struct DistributionTests {
  @Test("The t distribution agrees with SciPy to 1e-10, its tails relatively")
  func cumulative() {
    for example in ReferenceValues.cumulative {
      let value = StudentT(degreesOfFreedom: example.freedom).cumulative(example.t)
      #expect(abs(value - example.p) < 1e-10, "t \(example.t), \(example.freedom) degrees")
      if example.t < 0 {
        #expect(abs(value / example.p - 1) < 1e-10, "t \(example.t), \(example.freedom) degrees")
      }
    }
  }

  @Test(
    "With one degree of freedom it is the Cauchy distribution, 1/2 + atan(t)/π",
    arguments: [-1e8, -40, -1e-6, 1e-9, 0.3, 2])
  func cauchy(t: Double) {
    // SciPy 1.17 is off by 1.4e-11 at −1e-6; the closed form is the judge there.
    let expected = t < -1 ? atan(-1 / t) / .pi : 0.5 + atan(t) / .pi
    #expect(abs(StudentT(degreesOfFreedom: 1).cumulative(t) / expected - 1) < 1e-13)
  }

  @Test("Quantiles of t agree with SciPy to 1e-10")
  func quantiles() {
    for example in ReferenceValues.quantiles {
      let value = StudentT(degreesOfFreedom: example.freedom).quantile(example.probability)
      let scale = max(1, abs(example.t))
      #expect(
        abs(value - example.t) / scale < 1e-10,
        "p \(example.probability), \(example.freedom) degrees")
    }
  }

  @Test(
    "Closed forms of the incomplete beta function hold",
    arguments: [0.001, 0.2, 0.5, 0.77, 0.999])
  func incompleteBeta(x: Double) {
    // I(x; 1, 1) = x, I(x; 2, 1) = x², I(x; 1, 3) = 1 − (1 − x)³
    let cases: [(Double, Double, Double)] = [
      (1, 1, x), (2, 1, x * x), (1, 3, 1 - (1 - x) * (1 - x) * (1 - x)),
    ]
    for (a, b, expected) in cases {
      let value = regularizedIncompleteBeta(x: x, complement: 1 - x, a: a, b: b)
      #expect(abs(value - expected) < 1e-13)
    }
  }

  @Test("Mean and deviation of few values are undefined, not zero")
  func sample() {
    #expect(mean([]) == nil)
    #expect(standardDeviation([1]) == nil)
    #expect(mean([1, 2, 6]) == 3)
    #expect(standardDeviation([1, 2, 6]) == 7.0.squareRoot())
    #expect(quantile(0.25, ofSorted: [1, 2, 4]) == 1.5)
  }
}
