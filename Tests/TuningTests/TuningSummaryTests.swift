import Basics
import Testing
import Tuning

@Suite("What a search was worth")
struct TuningSummaryTests {
  @Test("The expected best of n draws is that of all equally likely ones, counted")
  func expectedBest() {
    let values = [0.7, 0.9, 0.8]
    let found = TuningSummary.expectedBest(values, higherIsBetter: true)
    // Draws with replacement: of two, 1/9 is 0.7, 3/9 0.8, 5/9 0.9.
    #expect(abs(found[0] - 0.8) < 1e-12)
    #expect(abs(found[1] - (0.7 + 3 * 0.8 + 5 * 0.9) / 9) < 1e-12)
    #expect(abs(found[2] - (0.7 + 7 * 0.8 + 19 * 0.9) / 27) < 1e-12)
    let losses = TuningSummary.expectedBest(values, higherIsBetter: false)
    #expect(abs(losses[1] - (0.9 + 3 * 0.8 + 5 * 0.7) / 9) < 1e-12)
  }

  private func trial(
    _ number: Int, _ value: Double?, tie: Double = 0, _ settings: [String: JSONValue] = [:]
  )
    -> Trial
  {
    Trial(
      number: number, settings: settings,
      outcome: value.map { .finished(value: $0, tieBreaker: tie) } ?? .failed("x"))
  }

  @Test("The best is the best value, of equal ones the smaller loss, then the earlier")
  func best() {
    let trials = [trial(1, 0.8), trial(2, nil), trial(3, 0.9, tie: 0.5), trial(4, 0.9, tie: 0.4)]
    #expect(Trial.best(of: trials, higherIsBetter: true)?.number == 4)
    #expect(Trial.best(of: trials, higherIsBetter: false)?.number == 1)
    #expect(Trial.best(of: [trial(1, 0.8), trial(2, 0.8)], higherIsBetter: true)?.number == 1)
    #expect(Trial.best(of: [trial(1, nil)], higherIsBetter: true) == nil)
    #expect(
      TuningSummary.bestSoFar(trials, higherIsBetter: true) == [0.8, 0.8, 0.9, 0.9])
    #expect(TuningSummary.bestSoFar(trials, higherIsBetter: false) == [0.8, 0.8, 0.8, 0.8])
  }

  @Test("The setting that decides has the largest share; without enough trials there is none")
  func importance() throws {
    let space = try SearchSpace([
      SearchParameter("rate", .number(low: 0, high: 1, isLogarithmic: false)),
      SearchParameter("noise", .number(low: 0, high: 1, isLogarithmic: false)),
      SearchParameter("kind", .choice([1, 2])),
    ])
    var random = RandomStream(seed: 7)
    let searches = (0..<5).map { _ in
      (1...30).map { number in
        let settings = space.settings { $0.value(at: random.uniform()) }
        let rate = (try? (settings["rate"] ?? 0).number()) ?? 0
        return trial(number, -abs(rate - 0.3), settings)
      }
    }
    let shares = TuningSummary.importance(searches, own: [:], in: space, higherIsBetter: true)
    #expect(shares.map(\.key) == ["rate", "noise", "kind"])
    #expect(abs(shares.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(shares[0].share > 0.8, "\(shares)")
    #expect(
      TuningSummary.importance(
        [Array(searches[0].prefix(9))], own: [:], in: space, higherIsBetter: true
      ).isEmpty)
  }
}
