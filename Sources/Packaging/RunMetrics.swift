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
  /// One for each output; none where the most probable class is chosen.
  let thresholds: [Double]

  private static let metrics: [ScoreMetric] = [
    .accuracy, .auroc, .sensitivity, .specificity, .f1, .logLoss,
  ]

  /// The metrics, the model's own first.
  func all() throws -> [BundleMetric] {
    switch task {
    case .binary: try own() + overSplits()
    case .multiClass: try classes() + each() + overSplits()
    case .multiLabel: try findings() + each() + overSplits()
    }
  }

  /// The answers to the test cases.
  var test: [LogitsFile.Row] { record.logits.filter { $0.subset == .test } }

  private func own() throws -> [BundleMetric] {
    let rows = test
    let (labels, logits, threshold) = (rows.map(\.isPositive), rows.map(\.logit), thresholds[0])
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

  /// The AUROC keeps the stream of its former name, so that the same model gets the same interval.
  func stream(_ metric: ScoreMetric) -> RandomStream {
    RandomStream(seed: 0).derived("bundle").derived(metric == .auroc ? "area" : metric.rawValue)
  }

  /// A figure with its interval; where every resample gave the same value, that of a proportion is the
  /// exact one, and of anything else there is none.
  func metric(
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

  func resamples(_ count: Int) -> Int { count > 2000 ? 200 : 2000 }

  private func overSplits() -> [BundleMetric] {
    let summaries = ResultSummary.summaries(of: record.results).filter { $0.subset == .test }
    let (metrics, condition): ([ScoreMetric], String) =
      switch task {
      case .binary: (Self.metrics, ", threshold 0.5")
      case .multiClass: (Self.classMetrics.map(\.score), "")
      case .multiLabel: (Self.rankMetrics.map(\.score), "")
      }
    return metrics.compactMap { metric in
      guard let summary = summaries.first(where: { $0.metric == .score(metric) }),
        let mean = summary.mean, summary.values.count > 1
      else { return nil }
      let interval = correctedInterval(
        summary.values, testToTrainingRatio: record.testToTrainingRatio, within: metric.bounds)
      return BundleMetric(
        name: metric.rawValue, split: "test of \(summary.values.count) splits\(condition)",
        count: summary.values.count, mean: mean, deviation: summary.standardDeviation,
        interval: interval.map { $0.lower...$0.upper },
        method: interval.map { _ in "t with the correction for overlapping splits" })
    }
  }
}
