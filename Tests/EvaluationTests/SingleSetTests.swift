import Basics
import Testing

@testable import Evaluation

@Suite("Comparison within one test subset")
struct SingleSetTests {
  @Test("DeLong's published areas, z and p are reproduced")
  func deLong() throws {
    let labels = [Bool](repeating: false, count: 5) + [Bool](repeating: true, count: 5)
    let test = try #require(
      DeLongTest(
        labels: labels, first: [0.1, 0.4, 0.35, 0.8, 0.2, 0.7, 0.9, 0.6, 0.3, 0.85],
        second: [0.2, 0.5, 0.3, 0.6, 0.55, 0.65, 0.8, 0.4, 0.45, 0.7]))
    #expect(abs(test.firstAUROC - 0.80) < 1e-12)
    #expect(abs(test.secondAUROC - 0.76) < 1e-12)
    #expect(abs(try #require(test.z) - 0.2626) < 5e-5)
    #expect(abs(try #require(test.p) - 0.7928) < 5e-5)
    #expect(test.interval.contains(0))
  }

  @Test("Scores of the same ranking do not differ, a single positive case says nothing")
  func deLongDegenerate() throws {
    let labels = [true, true, false, false]
    let test = try #require(
      DeLongTest(labels: labels, first: [4, 2, 3, 1], second: [40, 20, 30, 10]))
    #expect(test.z == nil)
    #expect(test.p == 1)
    #expect(DeLongTest(labels: [true, false, false], first: [1, 2, 3], second: [1, 2, 3]) == nil)
  }

  @Test("Tied values share the mean of their ranks")
  func ranks() { #expect(midranks([3, 1, 3, 2, 3]) == [4, 1, 4, 2, 4]) }

  @Test("McNemar's table 794/86/150/570 gives 16.818")
  func mcNemar() throws {
    let test = McNemarTest(onlyFirst: 86, onlySecond: 150)
    #expect(abs(try #require(test.statistic) - 16.818) < 5e-4)
    #expect(abs(test.p - 4.11e-5) < 5e-8)
    #expect(abs(chiSquaredTail(64.0 * 64 / 236) - 3.10e-5) < 5e-8)
  }

  @Test(
    "Few discordant cases are tested exactly",
    arguments: [(0, 0, 1.0), (0, 5, 0.0625), (2, 8, 0.109375), (12, 12, 1)])
  func exact(b: Int, c: Int, p: Double) {
    let test = McNemarTest(onlyFirst: b, onlySecond: c)
    #expect(test.isExact)
    #expect(test.p == p)
    #expect(!McNemarTest(onlyFirst: 12, onlySecond: 13).isExact)
  }

  @Test("Discordant cases are counted from the answers")
  func answers() {
    let test = McNemarTest(
      firstIsRight: [true, true, false, true], secondIsRight: [true, false, true, false])
    #expect(test.onlyFirst == 2)
    #expect(test.onlySecond == 1)
  }

  @Test("The bootstrap is seeded, covers the mean and counts undefined resamples")
  func bootstrap() throws {
    let values = (0..<100).map { Double($0 % 10) }  // mean 4.5, standard error .287
    let stream = RandomStream(seed: 3)
    func interval() -> Bootstrap? {
      Bootstrap(count: 100, resamples: 1000, stream: stream) { indices in
        mean(indices.map { values[$0] })
      }
    }
    let result = try #require(interval())
    #expect(result == interval())
    #expect(abs(result.interval.lower - (4.5 - 1.96 * 0.287)) < 0.1)
    #expect(abs(result.interval.upper - (4.5 + 1.96 * 0.287)) < 0.1)
    let partly = try #require(
      Bootstrap(count: 5, resamples: 400, stream: stream) { indices in
        indices.contains(0) ? 1 : nil
      })
    #expect(partly.defined < 400 && partly.defined > 200)
    #expect(Bootstrap(count: 3, stream: stream) { _ in nil } == nil)
  }
}
