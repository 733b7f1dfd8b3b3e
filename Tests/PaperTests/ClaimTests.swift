import Evaluation
import Testing

@testable import Paper

@Suite("Claims")
struct ClaimTests {
  private func claim(_ differences: [Double], expected: Double? = nil) -> Claim {
    Claim(
      sentence: "a above b", paper: nil, expected: expected,
      test: CorrectedTTest(differences: differences, testToTrainingRatio: 0.25))
  }

  @Test("A difference holds, is reversed or stays open by its adjusted p, never by its size")
  func verdicts() {
    let large = claim([0.3, 0.31, 0.29, 0.3])
    #expect(large.verdict(0.01) == .holds && large.verdict(0.06) == .open)
    #expect(claim([-0.3, -0.31, -0.29, -0.3]).verdict(0.01) == .reversed)
    #expect(claim([0.1, 0.1, 0.1]).verdict(nil) == .unknown)
    let absent = Claim(sentence: "a above b", paper: nil, expected: nil, test: nil)
    #expect(absent.words(nil) == "not run yet" && absent.verdict(0.01) == .unknown)
  }

  @Test("The paper's size is compared with the interval")
  func expected() {
    let near = claim([0.03, 0.05, 0.04, 0.05], expected: 0.04)
    #expect(near.words(0.001).hasSuffix("the paper's 0.04 is within the interval"))
    let far = claim([0.01, 0.011, 0.009, 0.01], expected: 0.07)
    #expect(far.words(0.001) == "holds here: shown; the paper's 0.07 is outside the interval")
    #expect(claim([-0.01, 0.02, 0.01]).words(0.8) == "not shown here: +0.007 may be chance")
  }
}
