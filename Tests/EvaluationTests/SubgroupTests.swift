import Basics
import Foundation
import Testing

@testable import Evaluation

@Suite("Subgroups")
struct SubgroupTests {
  /// Groups `f` and `m` of 80 cases, `x` of 20, in all of which `skill` moves the positives' logits.
  private func analysis(_ skill: [String: Double], seed: UInt64 = 3) -> SubgroupAnalysis {
    var stream = RandomStream(seed: seed)
    var (labels, logits, names): ([Bool], [Double], [String?]) = ([], [], [])
    for (name, count) in [("f", 80), ("m", 80), ("x", 20)] {
      for index in 0..<count {
        labels.append(index % 2 == 0)
        names.append(name)
        logits.append((index % 2 == 0 ? skill[name] ?? 2 : 0) - 0.5 + stream.normal())
      }
    }
    names[0] = nil
    return SubgroupAnalysis(
      labels: labels, logits: logits, names: names, threshold: 0.5,
      clusters: labels.indices.map { $0 / 2 }, resamples: 200, stream: RandomStream(seed: 1))
  }

  @Test("A group that fails is the worst, and the interval of its gap is above 0")
  func fails() throws {
    let found = analysis(["m": 0])
    let gap = try #require(found.gaps[.auroc]?.value)
    #expect(gap.worst == "m")
    #expect(gap.best == "f")
    #expect(gap.gap > 0.2)
    #expect(try #require(gap.interval).lower > 0)
    let sensitivity = try #require(found.gaps[.truePositiveRate]?.value)
    #expect(sensitivity.worst == "m")
    #expect(try #require(sensitivity.interval).lower > 0)
    #expect(found == analysis(["m": 0]))
  }

  @Test("A group of few cases has figures, is told as too few, and makes no gap")
  func tooFew() {
    let found = analysis(["x": -3])
    #expect(found.groups.map(\.name) == ["f", "m", "x"])
    #expect(found.groups.map(\.isTooFew) == [false, false, true])
    #expect(found.groups.map(\.count) == [79, 80, 20])
    #expect(found.unknown == 1)
    #expect(found.gaps[.auroc]?.value?.worst != "x")
    #expect((found.groups[2].auroc.value ?? 1) < 0.2)
    #expect(found.groups[1].clusters == 40)
  }

  @Test("Rates are those at the common threshold; what has one class says so")
  func byHand() {
    let found = SubgroupAnalysis(
      labels: [true, true, false, false, true], logits: [1, -1, 1, -1, 0],
      names: ["a", "a", "a", "a", "b"], threshold: 0.5, clusters: [0, 1, 2, 3, 4], resamples: 50,
      stream: RandomStream(seed: 1))
    let (a, b) = (found.groups[0], found.groups[1])
    #expect(a.auroc == .value(0.5))
    #expect(a.truePositiveRate == .value(0.5))
    #expect(a.falsePositiveRate == .value(0.5))
    #expect(a.prevalence == 0.5)
    #expect(abs(a.meanDifference) < 1e-15)
    #expect(b.auroc == .undefined(.noNegatives))
    #expect(b.aurocInterval == nil)
    #expect(b.truePositiveRate == .value(1))
    #expect(b.falsePositiveRate == .undefined(.noNegatives))
    #expect(b.calibration == .undefined(.noNegatives))
    #expect(found.gaps[.auroc] == .undefined(.oneGroup))
  }
}
