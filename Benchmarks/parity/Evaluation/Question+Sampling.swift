import Basics
import Datasets
import Evaluation

extension Question {
  mutating func bootstrap() throws -> JSONValue {
    let clusters = CaseClusters(try integers("clusters"))
    let (labels, scores) = (try booleans("labels"), try numbers("scores"))
    let ranked = RankedScores(labels: labels, scores: scores)
    let isMean = try text("statistic") == "mean"
    let method: ClusterBootstrap.Method =
      try text("method") == "bca" ? .accelerated : .percentile
    let found = ClusterBootstrap.interval(
      clusters, resamples: try integer("resamples"), method: method, stream: RandomStream(seed: 5)
    ) { drawn in
      isMean
        ? Determined(mean(drawn.map { scores[$0] }), else: .noCases) : ranked.auroc(of: drawn)
    }.value
    return [
      "interval": JSONValue(found?.interval), "error": JSONValue(found?.standardError),
      "estimate": JSONValue(found?.estimate),
    ]
  }

  mutating func stratify() throws -> JSONValue {
    let (answers, width) = (try booleans("answers"), try integer("labels"))
    let matrix = LabelMatrix(
      names: (0..<width).map { "\($0)" }, answers: answers, isKnown: try booleans("mask"))
    let cases = try integers("groups").enumerated().map { index, group in
      Case(id: "\(index)", group: "\(group)", source: Place())
    }
    let plan = FoldPlan(
      kind: .folds(count: try integer("folds"), repeats: 1), validationFraction: 0,
      seed: UInt64(try integer("seed")))
    let clock = ContinuousClock()
    var subsets = [Int](repeating: 0, count: cases.count)
    let taken = try clock.measure {
      for (fold, split) in try plan.splits(of: matrix, groups: CaseGroups(cases)).enumerated() {
        for index in split.test { subsets[index] = fold }
      }
    }
    return [
      "subsets": JSONValue(subsets), "seconds": JSONValue(taken / .seconds(1)),
    ]
  }
}
