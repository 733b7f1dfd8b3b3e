import Basics
import Testing

@testable import Evaluation

@Suite("Splits from several seeds")
struct SeedTests {
  private func rows(_ values: [[Double?]], subset: ResultSubset = .test) -> [ResultRow] {
    values.enumerated().flatMap { split, seeds in
      seeds.enumerated().map { seed, value in
        ResultRow(
          combination: "net", split: SplitName.named("r1f\(split + 1)", seed: seed + 1),
          subset: subset, metric: .score(.accuracy), value: value)
      }
    }
  }

  private let scores: [[Double?]] = [
    [0.91, 0.89, 0.93], [0.85, 0.86, 0.81], [0.95, 0.94, 0.96], [0.88, 0.90, 0.86],
  ]

  @Test("A split's name tells its seed; a site that is called so is a split of its own")
  func names() {
    #expect(SplitName.named("r1f2", seed: 1) == "r1f2")
    #expect(SplitName.named("r1f2", seed: 3) == "r1f2-seed3")
    #expect(SplitName.parts("r1f2-seed3") == ("r1f2", 3))
    #expect(SplitName.outer(SplitName.inner("r1f2-seed3", 2)) == "r1f2-seed3")
    #expect(SplitName.outer("r1f2-seed3") == "r1f2-seed3")
    #expect(SplitName.outer("St. inner city") == "St. inner city")
    for name in ["r1f2", "-seed2", "r1f2-seed1", "r1f2-seed02", "r1f2-seed", "seed2"] {
      #expect(SplitName.parts(name) == (name, 1))
    }
    #expect(
      SplitName.withoutSeeds(["a", "a-seed2", "flax-seed2"])
        == ["a": "a", "a-seed2": "a", "flax-seed2": "flax-seed2"])
  }

  @Test("The variance is split as an analysis of variance splits it")
  func variance() throws {
    // NumPy: mean squares between and within splits.
    let found = try #require(
      SeedVariance(rows(scores), combination: "net", metric: .score(.accuracy)))
    #expect((found.splits, found.seeds) == (4, 3))
    #expect(abs(found.mean - 0.895) < 1e-12)
    #expect(abs(try #require(found.splitDeviation) - 0.0450924975282289) < 1e-12)
    #expect(abs(found.seedDeviation - 0.02) < 1e-12)
    #expect(abs(try #require(found.seedShare) - 0.0004 / (0.0004 + 0.0020333333333333)) < 1e-9)
  }

  @Test("Where splits differ no more than seeds do, nothing is left for them")
  func noSplits() throws {
    let found = try #require(
      SeedVariance(
        rows([[0.5, 0.7], [0.7, 0.5]]), combination: "net", metric: .score(.accuracy)))
    #expect(found.splitDeviation == 0)
    #expect(found.seedShare == 1)
  }

  @Test("One seed, an undefined value or unequal numbers of seeds give no variance")
  func none() {
    func variance(_ values: [[Double?]]) -> SeedVariance? {
      SeedVariance(rows(values), combination: "net", metric: .score(.accuracy))
    }
    #expect(variance([[0.5], [0.6]]) == nil)
    #expect(variance([[0.5, nil], [0.6, 0.7]]) == nil)
    #expect(variance([[0.5, 0.4], [0.6]]) == nil)
    // One split tells of seeds alone.
    #expect(variance([[0.5, 0.4]])?.splitDeviation == nil)
    #expect(abs((variance([[0.5, 0.4]])?.seedDeviation ?? 0) - 0.07071067811865475) < 1e-12)
  }

  @Test("Summaries and pairs see one value a split, the mean over its seeds")
  func averages() throws {
    let first = rows(scores)
    let second = first.map { row in
      ResultRow(
        combination: "other", split: row.split, subset: row.subset, metric: row.metric,
        value: row.value.map { $0 - 0.01 })
    }
    let summary = try #require(ResultSummary.summaries(of: first).first)
    #expect(summary.values.count == 4)
    #expect(abs(summary.values[0] - 0.91) < 1e-12)
    let pairs = PairComparisons(
      names: ["net", "other"], rows: first + second, metric: .accuracy, testToTrainingRatio: 0.25)
    #expect(pairs.pairs.first?.test.count == 4)
    #expect(ResultSummary.summaries(of: rows([[0.5, nil], [0.6, 0.7]]))[0].undefined == 1)
  }
}
