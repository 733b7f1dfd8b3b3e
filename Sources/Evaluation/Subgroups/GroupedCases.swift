import Basics

/// The cases that groups are made of, and how their figures are computed.
struct GroupedCases {
  let labels: [Bool]
  let logits: [Double]
  let probabilities: [Double]
  let clusters: [Int]
  let threshold: Double
  let resamples: Int
  let stream: RandomStream

  func figures(_ name: String, _ members: [Int]) -> SubgroupFigures {
    let own = members.map { labels[$0] }
    let scores = members.map { probabilities[$0] }
    let ranked = RankedScores(labels: own, scores: members.map { logits[$0] })
    let patients = CaseClusters(members.map { clusters[$0] })
    let bootstrap = ClusterBootstrap.interval(
      patients, resamples: resamples, stream: stream.derived("group").derived(name)
    ) { ranked.auroc(of: $0) }
    let counts = ConfusionCounts(labels: own, probabilities: scores, threshold: threshold)
    return SubgroupFigures(
      name: name, counts: counts, clusters: patients.count, auroc: ranked.auroc,
      aurocInterval: bootstrap.value?.interval,
      meanDifference: (mean(scores) ?? 0) - Double(counts.positives) / Double(counts.total),
      calibration: CalibrationSlope.of(labels: own, logits: members.map { logits[$0] }),
      calibrationError: CalibrationError.of(labels: own, probabilities: scores).map(\.expected))
  }

  /// The gap of a metric between the groups that are not too few.
  func gap(_ metric: SubgroupMetric, of groups: [SubgroupFigures], _ members: [String: [Int]])
    -> Determined<SubgroupGap>
  {
    let values = groups.filter { !$0.isTooFew }.compactMap { group in
      value(of: group, metric).map { (name: group.name, value: $0) }
    }
    let sign: Double = metric.higherIsBetter ? 1 : -1
    guard values.count > 1,
      let worst = values.min(by: { sign * $0.value < sign * $1.value }),
      let best = values.filter({ $0.name != worst.name })
        .max(by: { sign * $0.value < sign * $1.value })
    else { return .undefined(.oneGroup) }
    let pair = (members[best.name] ?? [], members[worst.name] ?? [])
    let interval = interval(metric, better: pair.0, worse: pair.1, sign: sign)
    return .value(
      SubgroupGap(
        metric: metric, worst: worst.name, best: best.name,
        gap: sign * (best.value - worst.value), interval: interval))
  }

  /// A patient may have cases in both groups: both are drawn together.
  private func interval(
    _ metric: SubgroupMetric, better: [Int], worse: [Int], sign: Double
  ) -> Interval? {
    let both = better + worse
    let (first, second) = (statistic(metric, better), statistic(metric, worse))
    return ClusterBootstrap.difference(
      CaseClusters(both.map { clusters[$0] }), resamples: resamples,
      stream: stream.derived("gap").derived(metric.rawValue),
      first: { drawn in
        first(drawn.filter { $0 < better.count }).map { sign * $0 }
      },
      second: { drawn in
        second(drawn.filter { $0 >= better.count }.map { $0 - better.count }).map { sign * $0 }
      }
    ).value?.interval
  }

  private func value(of group: SubgroupFigures, _ metric: SubgroupMetric) -> Double? {
    switch metric {
    case .auroc: group.auroc.value
    case .truePositiveRate: group.truePositiveRate.value
    case .falsePositiveRate: group.falsePositiveRate.value
    }
  }

  /// The metric of a resample of one group, given by places in `members`.
  private func statistic(_ metric: SubgroupMetric, _ members: [Int]) -> ([Int]) -> Determined<
    Double
  > {
    let own = members.map { labels[$0] }
    if metric == .auroc {
      let ranked = RankedScores(labels: own, scores: members.map { logits[$0] })
      return { ranked.auroc(of: $0) }
    }
    let asked = metric == .truePositiveRate
    let called = members.map { probabilities[$0] >= threshold }
    return { drawn in
      let cases = drawn.filter { own[$0] == asked }
      return Determined(
        cases.isEmpty ? nil : Double(cases.count { called[$0] }) / Double(cases.count),
        else: asked ? .noPositives : .noNegatives)
    }
  }
}
