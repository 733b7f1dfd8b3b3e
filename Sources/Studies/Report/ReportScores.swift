import Basics
import Evaluation

/// The values of a study's metrics, found by combination, subset and metric.
struct ReportScores {
  private struct Cell: Hashable {
    let combination: String
    let subset: String
    let metric: ResultMetric
  }

  private var summaries: [Cell: ResultSummary] = [:]
  private var bySplit: [Cell: [String: Double]] = [:]

  init(_ data: ReportData) {
    let order = RowOrder(
      combinations: data.combinations.map(\.name) + data.baselines.map(\.name),
      splits: data.splits)
    for summary in ResultSummary.summaries(of: data.results, order: order) {
      let cell = Cell(
        combination: summary.combination, subset: summary.subset.rawValue,
        metric: summary.metric)
      summaries[cell] = summary
    }
    for row in SeedAverage.rows(data.results) {
      let cell = Cell(
        combination: row.combination, subset: row.subset.rawValue, metric: row.metric)
      if let value = row.value { bySplit[cell, default: [:]][row.split] = value }
    }
  }

  func summary(_ name: String, _ metric: ScoreMetric, subset: String) -> ResultSummary? {
    summary(name, of: .score(metric), subset: subset)
  }

  /// The same of whatever `results.csv` tells, such as a metric of one label.
  func summary(_ name: String, of metric: ResultMetric, subset: String) -> ResultSummary? {
    summaries[Cell(combination: name, subset: subset, metric: metric)]
  }

  /// The defined values by the name of their split.
  func values(_ name: String, _ metric: ScoreMetric, subset: String) -> [String: Double] {
    values(name, of: .score(metric), subset: subset)
  }

  /// The same of whatever `results.csv` tells, such as a metric of one label.
  func values(_ name: String, of metric: ResultMetric, subset: String) -> [String: Double] {
    bySplit[Cell(combination: name, subset: subset, metric: metric)] ?? [:]
  }

  /// The names with the best mean, as printed: several where they can't be told apart.
  func best(_ names: [String], _ metric: ScoreMetric, subset: String) -> [String] {
    best(names, of: .score(metric), higherIsBetter: metric.higherIsBetter, subset: subset)
  }

  /// The same of whatever `results.csv` tells, such as a metric of one label.
  func best(
    _ names: [String], of metric: ResultMetric, higherIsBetter: Bool, subset: String
  ) -> [String] {
    let means = names.compactMap { name in
      summary(name, of: metric, subset: subset)?.mean.map { (name: name, mean: $0) }
    }
    let sign = higherIsBetter ? 1.0 : -1.0
    guard let top = means.max(by: { sign * $0.mean < sign * $1.mean }) else { return [] }
    let printed = NumberText.metric(top.mean)
    return means.filter { NumberText.metric($0.mean) == printed }.map(\.name)
  }
}
