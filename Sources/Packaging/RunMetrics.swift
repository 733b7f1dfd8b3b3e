import Basics
import Bundles
import Datasets
import Evaluation
import Studies

/// The figures of a run as a manifest tells them: of its own test cases, and over the splits of a
/// comparison.
struct RunMetrics {
  let record: RunRecord
  let task: TaskKind
  let labels: [String]
  let threshold: Double

  private static let metrics: [ScoreMetric] = [
    .accuracy, .auroc, .sensitivity, .specificity, .f1, .logLoss,
  ]

  /// The metrics, the model's own first.
  func all() throws -> [BundleMetric] {
    switch task {
    case .binary: try own() + overSplits()
    case .multiClass: try classes() + areas()
    case .multiLabel: try areas()
    }
  }

  private func own() throws -> [BundleMetric] {
    let rows = record.logits.filter { $0.subset == .test }
    let (labels, logits) = (rows.map(\.isPositive), rows.map(\.logit))
    let evaluation = try BinaryEvaluation(labels: labels, logits: logits, threshold: threshold)
    let resamples = resamples(rows.count)
    return try Self.metrics.compactMap { metric in
      guard let value = evaluation[metric] else { return nil }
      let bootstrap = try Bootstrap(
        count: rows.count, resamples: resamples,
        stream: stream(metric)
      ) { indices in
        try BinaryEvaluation(
          labels: indices.map { labels[$0] }, logits: indices.map { logits[$0] },
          threshold: threshold)[metric]
      }
      return self.metric(
        metric.rawValue, value, count: rows.count, bootstrap,
        proportion: evaluation.counts.proportion(metric))
    }
  }

  /// The figures of several classes over all cases.
  private func classes() throws -> [BundleMetric] {
    let rows = record.logits.filter { $0.subset == .test }
    let width = labels.count
    let count = rows.count / width
    let truths = (0..<count).map { row in
      (0..<width).first { rows[row * width + $0].isPositive } ?? 0
    }
    func evaluation(_ cases: [Int]) throws -> MulticlassEvaluation {
      try MulticlassEvaluation(
        labels: cases.map { truths[$0] },
        logits: cases.flatMap { row in (0..<width).map { rows[row * width + $0].logit } },
        classCount: width)
    }
    let whole = try evaluation(Array(0..<count))
    return try [MulticlassMetric.accuracy, .balancedAccuracy, .auroc, .kappa, .logLoss].compactMap {
      metric in
      guard let value = whole[metric].value else { return nil }
      let bootstrap = try Bootstrap(
        count: count, resamples: resamples(count), stream: stream(metric.score)
      ) { try evaluation($0)[metric].value }
      return self.metric(metric.rawValue, value, count: count, bootstrap, proportion: nil)
    }
  }

  /// The AUROC keeps the stream of its former name, so that the same model gets the same interval.
  private func stream(_ metric: ScoreMetric) -> RandomStream {
    RandomStream(seed: 0).derived("bundle").derived(metric == .auroc ? "area" : metric.rawValue)
  }

  /// The AUROC of many findings or classes, the mean first.
  private func areas() throws -> [BundleMetric] {
    let test = record.logits.filter { $0.subset == .test }
    let rows =
      task == .multiClass ? LogitsFile.againstRest(test, classes: labels.count) : test
    var names: [String] = []
    var groups: [String: [LogitsFile.Row]] = [:]
    for row in rows {
      if groups[row.label] == nil { names.append(row.label) }
      groups[row.label, default: []].append(row)
    }
    let each = names.compactMap { name -> BundleMetric? in
      let group = groups[name] ?? []
      let (labels, logits) = (group.map(\.isPositive), group.map(\.logit))
      guard let area = auroc(labels: labels, scores: logits) else { return nil }
      let bootstrap = Bootstrap(
        count: group.count, resamples: resamples(group.count),
        stream: RandomStream(seed: 0).derived("bundle").derived(name)
      ) { indices in
        auroc(labels: indices.map { labels[$0] }, scores: indices.map { logits[$0] })
      }
      return metric("auroc of \(name)", area, count: group.count, bootstrap, proportion: nil)
    }
    guard let mean = mean(each.map(\.mean)) else { return [] }
    let whole = BundleMetric(
      name: "mean auroc", split: "\(record.split.name) test", count: each.count, mean: mean,
      deviation: nil, interval: nil,
      method: task == .multiClass ? "over the classes" : "over the findings")
    return [whole] + each
  }

  /// A figure with its interval; where every resample gave the same value, that of a proportion is the
  /// exact one, and of anything else there is none.
  private func metric(
    _ name: String, _ value: Double, count: Int, _ bootstrap: Bootstrap?,
    proportion: (successes: Int, count: Int)?
  ) -> BundleMetric {
    var interval = bootstrap?.interval
    var method = bootstrap.map { "percentile bootstrap, \($0.resamples) draws of the cases" }
    if let found = interval, found.lower == found.upper {
      interval = proportion.map { exactProportionInterval($0.successes, of: $0.count) }
      method =
        proportion == nil
        ? "no interval: every draw of the cases gives the same value"
        : "exact binomial (Clopper–Pearson): every draw of the cases gives the same value"
    }
    return BundleMetric(
      name: name, split: "\(record.split.name) test", count: count, mean: value, deviation: nil,
      interval: interval.map { $0.lower...$0.upper }, method: method)
  }

  private func resamples(_ count: Int) -> Int { count > 2000 ? 200 : 2000 }

  private func overSplits() -> [BundleMetric] {
    let summaries = ResultSummary.summaries(of: record.results).filter { $0.subset == .test }
    return Self.metrics.compactMap { metric in
      guard let summary = summaries.first(where: { $0.metric == .score(metric) }),
        let mean = summary.mean, summary.values.count > 1
      else { return nil }
      let interval = correctedInterval(
        summary.values, testToTrainingRatio: record.testToTrainingRatio, within: metric.bounds)
      return BundleMetric(
        name: metric.rawValue, split: "test of \(summary.values.count) splits, threshold 0.5",
        count: summary.values.count, mean: mean, deviation: summary.standardDeviation,
        interval: interval.map { $0.lower...$0.upper },
        method: interval.map { _ in "t with the correction for overlapping splits" })
    }
  }
}
