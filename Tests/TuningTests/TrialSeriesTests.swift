import Basics
import Foundation
import TestSupport
import Testing
import Tuning

@Suite("Trials that are kept")
struct TrialSeriesTests {
  private func series(
    _ folder: String, _ budget: TrialBudget, halving: SuccessiveHalving? = nil,
    fingerprint: String = "a", space: [SearchParameter] = SamplerTests.plane
  ) throws -> TrialSeries {
    TrialSeries(
      folder: folder, space: try SearchSpace(space), own: ["x": 7.5, "y": 7.5], sampler: .tpe,
      halving: halving, budget: budget, higherIsBetter: false, random: RandomStream(seed: 3),
      fingerprint: fingerprint)
  }

  private func run(_ series: TrialSeries, made: inout Int) throws -> [Trial] {
    var count = 0
    let trials = try series.run { settings, _ in
      count += 1
      return (try SamplerTests.branin(settings), 0)
    } finished: { _ in
    }
    made = count
    return trials
  }

  /// Without what depends on the clock.
  private func plain(_ trials: [Trial]) -> [Trial] {
    trials.map {
      Trial(number: $0.number, settings: $0.settings, outcome: $0.outcome, rungs: $0.rungs)
    }
  }

  @Test(
    "Twenty more trials after twenty are those of forty at once, and the first twenty are not run again"
  )
  func more() throws {
    try withTemporaryFolder { folder in
      var made = 0
      let whole = try run(series("\(folder)/whole", .trials(40)), made: &made)
      #expect(made == 40)
      _ = try run(series("\(folder)/parts", .trials(20)), made: &made)
      let parts = try run(series("\(folder)/parts", .trials(40)), made: &made)
      #expect(made == 20)
      #expect(plain(parts) == plain(whole))
      #expect(whole[0].settings.isEmpty)
      // Fewer than there are: the first ones.
      let fewer = try run(series("\(folder)/parts", .trials(5)), made: &made)
      #expect(made == 0)
      #expect(plain(fewer) == plain(Array(whole.prefix(5))))
    }
  }

  @Test("A damaged trial, and one of another search, are made anew")
  func foreign() throws {
    try withTemporaryFolder { folder in
      var made = 0
      let first = try run(series(folder, .trials(6)), made: &made)
      try "{".write(toFile: "\(folder)/0003.json", atomically: true, encoding: .utf8)
      let again = try run(series(folder, .trials(6)), made: &made)
      #expect(made == 1)
      #expect(plain(again) == plain(first))
      _ = try run(series(folder, .trials(6), fingerprint: "b"), made: &made)
      #expect(made == 6)
      var told: [Int] = []
      _ = try series(folder, .trials(7), fingerprint: "c").run { _, _ in
        (1, 0)
      } replaced: {
        told.append($0)
      } finished: { _ in
      }
      #expect(told == [1])
    }
  }

  @Test(
    "A trial whose numbers are not finite has failed, and the search goes on; another error ends it"
  )
  func failed() throws {
    try withTemporaryFolder { folder in
      let trials = try series(folder, .trials(4)).run { settings, _ in
        guard settings.isEmpty else { throw ZooError(.notFinite, "the loss is not finite") }
        return (1, 0)
      } finished: { _ in
      }
      #expect(trials.map(\.value) == [1, nil, nil, nil])
      #expect(trials[2].outcome == .failed("the loss is not finite"))
      #expect(throws: ZooError.self) {
        try series("\(folder)/other", .trials(4)).run { _, _ in
          throw ZooError(.notFound, "gone")
        } finished: { _ in
        }
      }
      // The specification's own settings must work.
      #expect(throws: ZooError.self) {
        try series("\(folder)/own", .trials(4)).run { _, _ in
          throw ZooError(.notFinite, "the loss is not finite")
        } finished: { _ in
        }
      }
    }
  }

  @Test("Trials that are stopped have no value, name their rung, and are read back as such")
  func stopped() throws {
    try withTemporaryFolder { folder in
      func run() throws -> [Trial] {
        try series(folder, .trials(9), halving: SuccessiveHalving(factor: 3, first: 1)).run {
          settings, watch in
          let value = settings.isEmpty ? 100 : try SamplerTests.branin(settings)
          for epoch in 1...4 { try watch.see(epoch: epoch, loss: value / Double(epoch)) }
          // A second training, as over folds.
          for epoch in 1...4 { try watch.see(epoch: epoch, loss: value / Double(epoch)) }
          return (value, 0)
        } finished: { _ in
        }
      }
      let trials = try run()
      #expect(trials[0].value == 100)
      #expect(trials[0].rungs.keys.sorted() == ["1.1", "1.3", "2.1", "2.3"])
      let ended = trials.filter { $0.value == nil }
      #expect(!ended.isEmpty)
      for trial in ended {
        guard case .stopped(let rung) = trial.outcome else {
          Issue.record("\(trial)")
          continue
        }
        #expect(trial.rungs[rung] != nil)
      }
      #expect(try plain(run()) == plain(trials))
    }
  }

  @Test(
    "A search over nothing is the specification's own settings; one by the clock makes a trial at least"
  )
  func budgets() throws {
    try withTemporaryFolder { folder in
      var made = 0
      _ = try run(series("\(folder)/nothing", .trials(5), space: []), made: &made)
      #expect(made == 1)
      _ = try run(series("\(folder)/clock", .seconds(1e-9)), made: &made)
      #expect(made == 1)
    }
  }
}
