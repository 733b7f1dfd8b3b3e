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
      targets: [0, 0, 1, 1] as [Float], answers: Answers.probabilities([0.6, 0.7, 0.8, 0.9])
    )
    let rows = try FittedThresholdSubset.rows(
      .youden, .binary, labels: ["no", "yes"], validation: validation,
      test: (targets: [0, 1, 1, 1], answers: .probabilities([0.7, 0.74, 0.8, 0.95])),
      combination: "a", split: "s")
    func value(_ subset: FittedThresholdSubset, _ metric: ResultMetric) -> Double? {
      rows.first { $0.subset == .fitted(subset) && $0.metric == metric }?.value
    }
    #expect(value(.test, .threshold) == 0.75)
    #expect(value(.validation, .score(.accuracy)) == 1)
    #expect(value(.test, .score(.accuracy)) == 0.75)
    #expect(value(.test, .score(.specificity)) == 1)
    #expect(value(.test, .score(.auroc)) == nil)
  }
}
