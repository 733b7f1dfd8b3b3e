import Basics
import Datasets
import Evaluation
import Foundation
import Pages
import Training

/// What the report tells of classes and labels.
extension StudyTables {
  /// The counts that stand first; those of several classes or labels have a table.
  var caseCounts: [PageFact] {
    [PageFact("cases", "\(cases.count)")]
      + (cases.task.kind == .binary
        ? zip(cases.set.labels, cases.set.labelCounts).map { PageFact($0, "\($1)") } : [])
      + [PageFact("left out", "\(cases.set.leftOut.count)")]
  }

  /// A row of an epoch by today's name of its metric: the macro AUROC of many labels was called `auroc`.
  static func named(_ row: EpochRow, _ task: TaskKind) -> EpochRow {
    guard task == .multiLabel, row.metric == .score(.auroc) else { return row }
    var row = row
    row.metric = .score(task.epochMetric)
    return row
  }

  /// Why the metric is that one; empty where the study names it, or where it is plain accuracy.
  var metricReason: String {
    StudyTables.metricReason(
      metric, cases.task.kind, labels: cases.set.labels, counts: cases.set.labelCounts,
      caseCount: cases.count, isNamed: study.metric != nil)
  }

  /// The same of the numbers that it depends on.
  static func metricReason(
    _ metric: ScoreMetric, _ task: TaskKind, labels: [String], counts: [Int], caseCount: Int,
    isNamed: Bool
  ) -> String {
    guard !isNamed, metric != .accuracy else { return "" }
    let other = "“metric” in the study chooses another."
    switch task {
    case .binary:
      guard let most = counts.max(), let index = counts.firstIndex(of: most) else { return "" }
      return "Compared by \(metric.title), since \(most) of the \(caseCount) cases are "
        + "“\(labels[index])”: accuracy would reward calling every case so. \(other)"
    case .multiClass:
      guard let least = counts.min(), let index = counts.firstIndex(of: least) else { return "" }
      return "Compared by \(metric.title), in which every class counts alike, since no more than "
        + "\(least) of the \(caseCount) cases are “\(labels[index])”: accuracy would hardly tell whether "
        + "these are found. \(other)"
    case .multiLabel:
      return
        "Compared by \(metric.title), in which every label counts alike, the rare as much as the "
        + "common. \(other)"
    }
  }

  /// Adds what there is on single labels: nothing of a binary task.
  ///
  /// - Throws: `ZooError` for a cell's `logits.csv` that can't be read.
  func addLabels(to data: inout ReportData, folder: String) throws {
    guard cases.task.kind != .binary else { return }
    data.labelCounts = labelCounts(splits, of: Array(0..<cases.count))
    for combination in study.combinations {
      let recipe = combination.recipe
      let usable = splits.map { cases.usable($0, recipe.reads) }
      guard usable != splits else { continue }
      let own = cases.usable(
        Split(
          name: "", index: 0, repeatIndex: 0, training: Array(0..<cases.count), validation: [],
          test: []), recipe.reads)
      data.ownLabelCounts[combination.name] = labelCounts(usable, of: own.training)
    }
    guard cases.task.kind == .multiClass else { return }
    for combination in study.combinations {
      data.confusions[combination.name] = try confusion(combination.name, folder: folder)
    }
  }

  private func labelCounts(_ splits: [Split], of all: [Int]) -> ReportLabelCounts {
    let pairs = Split.Subset.allCases.map { subset in
      (ResultSubset(subset), splits.map { counts($0[subset]) })
    }
    return ReportLabelCounts(
      all: counts(all), subsets: Dictionary(uniqueKeysWithValues: pairs))
  }

  private func counts(_ indices: [Int]) -> [ReportLabelCounts.Count] {
    let width = cases.task.questions.count
    let rows = cases.task.targets.rows(indices)
    return (0..<width).map { label in
      let own = stride(from: label, to: rows.count, by: width).map { rows[$0] }
      let positives = own.count { $0 > 0.5 }
      let unknown = own.count(where: \.isNaN)
      return ReportLabelCounts.Count(
        positives: positives, negatives: own.count - positives - unknown, unknown: unknown)
    }
  }

  /// What a combination answered on the test subsets of all splits; nil where its cells keep no answers,
  /// as those of nearest neighbours.
  private func confusion(_ name: String, folder: String) throws -> MulticlassCounts? {
    var (labels, answers): ([Int], [Int]) = ([], [])
    for split in splits.repeated(seeds: study.seeds) {
      let cell = try FolderName.cell(name, split: split.name, in: folder)
      guard FileManager.default.fileExists(atPath: "\(cell)/\(LogitsFile.fileName)") else {
        return nil
      }
      let rows = try LogitsFile.read(folder: cell).filter { $0.subset == .test }
      let chosen = try ClassAnswers(
        rows, classes: cases.task.labels, path: "\(cell)/\(LogitsFile.fileName)")
      labels += chosen.labels
      answers += chosen.answers
    }
    return MulticlassCounts(
      labels: labels, answers: answers, classCount: cases.task.labels.count)
  }
}
