import Basics
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite("Bootstrap of clusters")
struct ClusterBootstrapTests {
  private let stream = RandomStream(seed: 11)

  @Test("Normal quantiles are those of tables")
  func quantiles() {
    #expect(normalQuantile(0.5) == 0)
    #expect(abs(normalQuantile(0.975) - normalQuantile975) < 1e-14)
    #expect(abs(normalQuantile(1e-9) + 5.997_807_015_007_687) < 1e-13)
    #expect(abs(normalCumulative(normalQuantile(0.2)) - 0.2) < 1e-16)
  }

  @Test("Clusters are drawn whole")
  func whole() {
    let clusters = CaseClusters([7, 3, 7, 3, 9])
    #expect(clusters.members == [[0, 2], [1, 3], [4]])
    for index in 0..<50 {
      let drawn = clusters.resample(stream.derived(index))
      #expect(drawn.count { $0 == 0 } == drawn.count { $0 == 2 })
      #expect(drawn.count { $0 == 1 } == drawn.count { $0 == 3 })
    }
    #expect(clusters.leavingOneOut { Double($0.reduce(0, +)) } == [8, 6, 6])
  }

  @Test("Copies of a case in one cluster do not narrow the interval, apart they do")
  func copies() throws {
    let values = (0..<60).map { Double(($0 * 37) % 60) }
    let repeated = values.flatMap { [$0, $0, $0, $0] }
    func width(_ clusters: CaseClusters, _ values: [Double]) throws -> Double {
      let found = ClusterBootstrap.interval(clusters, resamples: 400, stream: stream) { drawn in
        Determined(mean(drawn.map { values[$0] }), else: .noCases)
      }
      let interval = try #require(found.value).interval
      return interval.upper - interval.lower
    }
    let single = try width(CaseClusters(singles: 60), values)
    let clustered = try width(CaseClusters((0..<240).map { $0 / 4 }), repeated)
    #expect(abs(clustered - single) < 1e-9)
    #expect(try width(CaseClusters(singles: 240), repeated) < 0.6 * single)
  }

  @Test("Where BCa can't be told the interval says that it is a percentile one")
  func fallback() throws {
    func found(_ statistic: ([Int]) -> Double) throws -> ClusterBootstrap.Method {
      let result = ClusterBootstrap.interval(
        CaseClusters(singles: 40), resamples: 200, method: .accelerated, stream: stream
      ) { .value(statistic($0)) }
      return try #require(result.value).method
    }
    // No resample of 40 cases holds all 40.
    #expect(try found { Double(Set($0).count) } == .percentile)
    #expect(try found { mean($0.map(Double.init)) ?? 0 } == .accelerated)
  }

  @Test("A difference pairs its resamples: two equal statistics differ by exactly 0")
  func paired() throws {
    let values = (0..<50).map { Double(($0 * 7) % 50) }
    func average(_ drawn: [Int]) -> Determined<Double> {
      Determined(mean(drawn.map { values[$0] }), else: .noCases)
    }
    let same = try #require(
      ClusterBootstrap.difference(
        CaseClusters(singles: 50), resamples: 200, stream: stream, first: average, second: average
      ).value)
    #expect(same.interval == Interval(lower: 0, upper: 0))
    #expect(same.twoSidedP == 1)
    let shifted = try #require(
      ClusterBootstrap.difference(
        CaseClusters(singles: 50), resamples: 199, stream: stream,
        first: { average($0).map { $0 + 1 } }, second: average
      ).value)
    #expect(abs(shifted.estimate - 1) < 1e-12)
    #expect(abs(shifted.twoSidedP - 2.0 / 200) < 1e-15)
  }

  @Test("A drop between two sets draws each apart and keeps its size")
  func drop() throws {
    let (inside, outside) = ((0..<30).map(Double.init), (0..<20).map { Double($0) / 2 })
    let found = try #require(
      ClusterBootstrap.drop(
        CaseClusters(singles: 30), CaseClusters((0..<20).map { $0 / 2 }), resamples: 300,
        stream: stream,
        first: { drawn in
          #expect(drawn.count == 30)
          return Determined(mean(drawn.map { inside[$0] }), else: .noCases)
        },
        second: { drawn in
          #expect(drawn.count == 20)
          return Determined(mean(drawn.map { outside[$0] }), else: .noCases)
        }
      ).value)
    #expect(abs(found.estimate - (14.5 - 4.75)) < 1e-12)
    #expect(found.interval.contains(found.estimate))
  }

  @Test("An undefined statistic says why, one that few resamples define, too")
  func undefined() {
    let none = ClusterBootstrap.interval(CaseClusters(singles: 3), stream: stream) { _ in
      .undefined(.noPositives)
    }
    #expect(none == .undefined(.noPositives))
    // One positive of 30: about two thirds of resamples hold it; all 30 cases almost never.
    let few = ClusterBootstrap.interval(
      CaseClusters(singles: 30), resamples: 100, stream: stream
    ) { drawn in Determined(Set(drawn).count == 30 ? 1 : nil, else: .noPositives) }
    #expect(few == .undefined(.fewResamples))
    #expect(
      ClusterBootstrap.interval(CaseClusters([]), stream: stream) { _ in .undefined(.noCases) }
        == .undefined(.noCases))
  }

  @Test("BCa leaves a symmetric statistic where it is and moves a skewed one towards its tail")
  func accelerated() throws {
    func both(_ values: [Double]) throws -> (Interval, Interval) {
      func found(_ method: ClusterBootstrap.Method) throws -> Interval {
        try #require(
          ClusterBootstrap.interval(
            CaseClusters(singles: values.count), resamples: 2000, method: method, stream: stream
          ) { drawn in Determined(mean(drawn.map { values[$0] }), else: .noCases) }.value
        ).interval
      }
      return (try found(.percentile), try found(.accelerated))
    }
    let symmetric = try both((0..<41).map { Double($0 - 20) })
    #expect(abs(symmetric.0.lower - symmetric.1.lower) < 0.4)
    let skewed = try both((0..<40).map { exp(Double($0) / 8) })
    #expect(skewed.1.lower > skewed.0.lower)
    #expect(skewed.1.upper > skewed.0.upper)
  }

  @Test(
    "Over 1,000 draws intervals of patients hold the truth 95 times of 100, those of cases do not",
    .enabled(
      if: ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil,
      "1,000 bootstraps: set ENCODERZOO_LONG_TESTS"))
  func coverage() {
    var (byPatient, byCase) = (0, 0)
    for index in 0..<1000 {
      var draw = stream.derived("coverage").derived(index)
      let values = (0..<100).flatMap { _ in
        let own = draw.normal()
        return (0..<3).map { _ in own + draw.normal() }
      }
      func holds(_ clusters: CaseClusters) -> Bool {
        let found = ClusterBootstrap.interval(clusters, resamples: 400, stream: draw) { drawn in
          var sum = 0.0
          for index in drawn { sum += values[index] }
          return .value(sum / Double(drawn.count))
        }
        return found.value?.interval.contains(0) ?? false
      }
      if holds(CaseClusters((0..<300).map { $0 / 3 })) { byPatient += 1 }
      if holds(CaseClusters(singles: 300)) { byCase += 1 }
    }
    #expect(abs(byPatient - 950) <= 20)
    // Three cases that share half their variance: intervals are 1/√2 of what they should be.
    #expect(byCase < 880)
  }

  @Test("DeLong's interval of pROC's aSAH example (WFNS) is its published one")
  func published() throws {
    // Cases by WFNS grade 1 to 5; published: area 0.8237, interval 0.7485 to 0.8988 (Robin and others
    // 2011, https://doi.org/10.1186/1471-2105-12-77). Against a constant the difference has the same
    // spread.
    let (poor, good) = ([2, 12, 1, 8, 18], [37, 20, 3, 8, 4])
    func scores(_ counts: [Int]) -> [Double] {
      counts.enumerated().flatMap { Array(repeating: Double($0.offset + 1), count: $0.element) }
    }
    let test = try #require(
      DeLongTest(
        labels: Array(repeating: true, count: 41) + Array(repeating: false, count: 72),
        first: scores(poor) + scores(good), second: Array(repeating: 0, count: 113)))
    #expect(abs(test.firstAUROC - 0.8236789) < 5e-8)
    #expect(abs(test.interval.lower + 0.5 - 0.7485) < 5e-5)
    #expect(abs(test.interval.upper + 0.5 - 0.8988) < 5e-5)
  }
}
