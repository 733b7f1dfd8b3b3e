import Basics
import Bundles
import Evaluation
import Studies

/// The figures of models of several classes or findings.
extension RunMetrics {
  static let classMetrics: [MulticlassMetric] = [
    .accuracy, .balancedAccuracy, .auroc, .kappa, .logLoss,
  ]
  /// Those of findings that no threshold is needed for.
  static let rankMetrics: [MultilabelMetric] = [.macroAUROC, .macroAveragePrecision]

  /// Those of one of several classes, over all cases.
  func classes() throws -> [BundleMetric] {
    let (rows, width) = (test, labels.count)
    try LogitsFile.checkWhole(rows, classes: labels, folder: record.logitsFolder)
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
    return try Self.classMetrics.compactMap { metric in
      guard let value = whole[metric].value else { return nil }
      let bootstrap = try Bootstrap(
        count: count, resamples: resamples(count), stream: stream(metric.score)
      ) { cases in
        let resample = try evaluation(cases)
        // A mean over fewer classes is another figure.
        let isMean = metric == .balancedAccuracy || metric == .auroc
        guard !isMean || resample.absentClasses == whole.absentClasses else { return nil }
        return resample[metric].value
      }
      let right = Int((value * Double(count)).rounded())
      return self.metric(
        metric.rawValue, value, count: count, bootstrap,
        proportion: metric == .accuracy ? (right, count) : nil)
    }
  }

  /// Those of findings that a case may have together, over all cases at the findings' thresholds; the mean
  /// AUROC alone where an older table does not tell which rows are of one case.
  func findings() throws -> [BundleMetric] {
    let table = KnownAnswers(test, labels: labels)
    guard let table else { return meanAUROC() }
    func evaluation(_ cases: [Int]) throws -> MultilabelEvaluation {
      try table.evaluation(of: cases, thresholds: thresholds)
    }
    let whole = try evaluation(Array(0..<table.count))
    return try (Self.rankMetrics + [.macroF1, .exactMatch, .logLoss]).compactMap { metric in
      guard let value = whole[metric].value else { return nil }
      let bootstrap = try Bootstrap(
        count: table.count, resamples: resamples(table.count), stream: stream(metric.score)
      ) { cases in
        let resample = try evaluation(cases)
        // A mean over fewer findings is another figure.
        guard resample.undefinedLabels.count == whole.undefinedLabels.count else { return nil }
        return resample[metric].value
      }
      let right = Int((value * Double(table.count)).rounded())
      return self.metric(
        metric.rawValue, value, count: table.count, bootstrap,
        proportion: metric == .exactMatch ? (right, table.count) : nil)
    }
  }

  /// The AUROC of each finding, or each class against the rest, and of findings the average precision.
  func each() -> [BundleMetric] {
    groups.flatMap { name, rows -> [BundleMetric] in
      let ranked = RankedScores(labels: rows.map(\.isPositive), scores: rows.map(\.logit))
      func figure(
        _ title: String, _ value: Double?, _ statistic: ([Int]) -> Double?
      ) -> BundleMetric? {
        value.map {
          metric(
            title, $0, count: rows.count,
            Bootstrap(
              count: rows.count, resamples: resamples(rows.count),
              stream: RandomStream(seed: 0).derived("bundle").derived(name), statistic: statistic),
            proportion: nil)
        }
      }
      let area = figure("auroc of \(name)", ranked.auroc.value) { ranked.auroc(of: $0).value }
      let precision =
        task == .multiClass
        ? nil
        : figure("average-precision of \(name)", ranked.averagePrecision.value) {
          ranked.averagePrecision(of: $0).value
        }
      return [area, precision].compactMap { $0 }
    }
  }

  private func meanAUROC() -> [BundleMetric] {
    let areas = groups.compactMap { _, rows in
      auroc(labels: rows.map(\.isPositive), scores: rows.map(\.logit))
    }
    guard let mean = mean(areas) else { return [] }
    return [
      BundleMetric(
        name: "mean auroc", split: "\(record.split.name) test", count: areas.count, mean: mean,
        deviation: nil, interval: nil, method: "over the findings")
    ]
  }

  /// The answers to the test cases by label, in the order of the labels; a class against the rest.
  private var groups: [(name: String, rows: [LogitsFile.Row])] {
    let rows = task == .multiClass ? LogitsFile.againstRest(test, classes: labels.count) : test
    let groups = Dictionary(grouping: rows, by: \.label)
    return labels.compactMap { name in groups[name].map { (name, $0) } }
  }
}

/// Answers to findings case by case, those that are not known left open.
struct KnownAnswers {
  /// Cases.
  let count: Int
  private let width: Int
  private var answers: [Bool]
  private var mask: [Bool]
  private var logits: [Double]

  /// The table of rows; nil where one does not tell its case.
  init?(_ rows: [LogitsFile.Row], labels: [String]) {
    guard rows.allSatisfy({ !$0.id.isEmpty }) else { return nil }
    let columns = Dictionary(
      labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var places: [String: Int] = [:]
    for row in rows where places[row.id] == nil { places[row.id] = places.count }
    (count, width) = (places.count, labels.count)
    answers = [Bool](repeating: false, count: count * width)
    mask = answers
    logits = [Double](repeating: 0, count: count * width)
    for row in rows {
      guard let place = places[row.id], let column = columns[row.label] else { continue }
      let index = place * width + column
      (answers[index], mask[index], logits[index]) = (row.isPositive, true, row.logit)
    }
  }

  func evaluation(of cases: [Int], thresholds: [Double]) throws -> MultilabelEvaluation {
    let entries = cases.flatMap { $0 * width..<($0 + 1) * width }
    return try MultilabelEvaluation(
      answers: entries.map { answers[$0] }, mask: entries.map { mask[$0] },
      logits: entries.map { logits[$0] }, thresholds: thresholds, labelCount: width)
  }
}
