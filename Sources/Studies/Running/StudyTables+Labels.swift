import Datasets
import Evaluation
import Training

extension StudyTables {
  /// What the report tells of each label or class beside its scores.
  var reportLabels: [ReportLabel] {
    let matrix = cases.set.labelMatrix
    let (positives, negatives) = (matrix.positives, matrix.negatives)
    let width = matrix.names.count
    func counts(_ label: Int, _ split: Split) -> (positives: Int, negatives: Int) {
      let entries = split.test.map { $0 * width + label }.filter { matrix.isKnown[$0] }
      let own = entries.count { matrix.answers[$0] }
      return (own, entries.count - own)
    }
    return matrix.names.indices.map { label in
      let tested = splits.map { counts(label, $0) }
      return ReportLabel(
        name: matrix.names[label], positives: positives[label],
        known: positives[label] + negatives[label], cases: cases.count,
        leastPositives: tested.map(\.positives).min() ?? 0,
        leastNegatives: tested.map(\.negatives).min() ?? 0)
    }
  }

  /// The confusion matrix of each combination over the test subsets of all splits, from the answers that its
  /// cells left in a run's folder.
  ///
  /// - Throws: `ZooError` for a table that can't be read.
  func confusions(in folder: String) throws -> [ReportConfusion] {
    let labels = cases.task.labels
    return try study.combinations.compactMap { combination in
      // A rule that is no network leaves no logits.
      guard combination.probe != .neighbours else { return nil }
      var (truths, answers): ([Int], [Int]) = ([], [])
      for split in splits {
        let place = try FolderName.cell(combination.name, split: split.name, in: folder)
        let rows = try LogitsFile.read(folder: place).filter { $0.subset == .test }
        for start in stride(from: 0, to: rows.count, by: labels.count) {
          let own = rows[start..<min(start + labels.count, rows.count)]
          guard let truth = own.firstIndex(where: \.isPositive) else { continue }
          truths.append(truth - start)
          // Of equal ones the first, as the metrics have it.
          let answer = own.indices.reduce(start) { own[$1].logit > own[$0].logit ? $1 : $0 }
          answers.append(answer - start)
        }
      }
      return ReportConfusion(
        combination: combination.name, labels: labels,
        counts: MulticlassCounts(labels: truths, answers: answers, classCount: labels.count))
    }
  }
}
