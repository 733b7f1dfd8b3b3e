import Evaluation

@testable import Studies

extension ReportSample {
  /// A combination on two splits, with one label whose AUROC and average precision are known.
  static func oneLabel(
    auroc: [Double?], positives: [Int], negatives: [Int] = [40, 40], label: String = "Mass"
  ) -> ReportData {
    let splits = ["s1", "s2"]
    let rows = zip(splits, auroc).flatMap { split, value in
      [ScoreMetric.auroc, .averagePrecision].map { metric in
        ResultRow(
          combination: "a", split: split, subset: .test, metric: .label(metric, label),
          value: value)
      }
    }
    var data = ReportData(
      title: "t", dataDescription: "d", foldsDescription: "f", splits: splits,
      combinations: [ReportCombination(name: "a")], results: rows,
      comparisons: PairComparisons(
        names: ["a"], rows: rows, metric: .macroAUROC, testToTrainingRatio: 0.25),
      command: "zoo compare")
    data.task = .multiLabel
    data.labels = [label]
    data.labelCounts = ReportLabelCounts(
      all: [.init(positives: 30, negatives: 70, unknown: 5)],
      subsets: [
        .test: zip(positives, negatives).map { [.init(positives: $0, negatives: $1)] }
      ])
    return data
  }
}
