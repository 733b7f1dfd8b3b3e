import Testing

@testable import Evaluation

@Suite("Exact intervals and fitted thresholds")
struct ExactProportionTests {
  /// From SciPy 1.17: `binomtest(k, n).proportion_ci(method="exact")`.
  @Test(
    "Clopper and Pearson's bounds",
    arguments: [
      (34, 34, 0.8971821, 1.0), (0, 10, 0.0, 0.3084971), (3, 10, 0.0667395, 0.6524529),
      (81, 263, 0.2527367, 0.3676219),
    ])
  func bounds(successes: Int, count: Int, lower: Double, upper: Double) {
    let interval = exactProportionInterval(successes, of: count)
    #expect(abs(interval.lower - lower) < 1e-6, "\(interval.lower)")
    #expect(abs(interval.upper - upper) < 1e-6, "\(interval.upper)")
  }

  @Test("The threshold comes from validation alone and is applied to test")
  func threshold() throws {
    let validation = (
      labels: [false, false, true, true], probabilities: [0.6, 0.7, 0.8, 0.9]
    )
    let rows = try FittedThresholdSubset.rows(
      .youden, validation: validation,
      test: (labels: [false, true, true, true], probabilities: [0.7, 0.74, 0.8, 0.95]),
      combination: "a", split: "s")
    func value(_ subset: FittedThresholdSubset, _ metric: ResultMetric) -> Double? {
      rows.first { $0.subset == .fitted(subset) && $0.metric == metric }?.value
    }
    #expect(value(.test, .threshold) == 0.75)
    #expect(value(.validation, .binary(.accuracy)) == 1)
    #expect(value(.test, .binary(.accuracy)) == 0.75)
    #expect(value(.test, .binary(.specificity)) == 1)
    #expect(value(.test, .binary(.auroc)) == nil)
  }
}
