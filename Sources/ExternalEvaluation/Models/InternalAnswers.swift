import Basics
import Datasets
import Evaluation
import Foundation
import Studies
import Training

/// What a model answered to the validation and test cases of its own study, by `logits.csv` beside it.
package struct InternalAnswers: Sendable {
  /// Whose rows stand in `logits.csv`, question by question.
  private let rows: [LogitsFile.Row]
  private let task: TaskKind
  private let labels: [String]
  private let patients: [String: String]
  /// Whether patients are known, so that they are drawn together.
  package var knowsPatients: Bool { !patients.isEmpty }

  /// Reads what lies beside a model; nil where nothing does, as in a bundle.
  ///
  /// - Throws: `ZooError` that names a file that can't be read, or was changed since it was written.
  package init?(of model: TrainedModel, folder: String) throws {
    let files = FileManager.default
    let whole = URL(fileURLWithPath: folder).standardizedFileURL
    let parent = whole.deletingLastPathComponent().path
    let isCell = files.fileExists(atPath: "\(parent)/scores.json")
    let place = isCell ? parent : whole.path
    guard files.fileExists(atPath: "\(place)/\(LogitsFile.fileName)") else { return nil }
    if isCell { try FileDigests.check(folder: parent) }
    try self.init(
      cell: place, task: model.task, labels: model.labels,
      patients: DataDigest.above(model: folder)?.digest.patients ?? [:])
  }

  /// Reads the answers in a folder; `patients` are by id of a case.
  ///
  /// - Throws: `ZooError` that names a file that can't be read.
  init(cell: String, task: TaskKind, labels: [String], patients: [String: String]) throws {
    rows = try LogitsFile.read(folder: cell)
    (self.task, self.labels, self.patients) = (task, labels, patients)
  }

  /// The answers of one subset to each question; none where it has no case.
  package func answers(_ subset: Split.Subset) -> [QuestionAnswers] {
    let own = rows.filter { $0.subset == subset }
    let logOdds = task == .multiClass ? Self.logOdds(own, labels.count) : own.map(\.logit)
    return task.outputs(labels).compactMap { label in
      let places = own.indices.filter { own[$0].label == label }
      guard !places.isEmpty else { return nil }
      let ids = places.map { own[$0].id }
      return QuestionAnswers(
        label: label, ids: ids, labels: places.map { own[$0].isPositive },
        logits: places.map { logOdds[$0] }, clusters: clusters(ids))
    }
  }

  /// One number a case: of its patient where that is known.
  private func clusters(_ ids: [String]) -> [Int] {
    var numbers: [String: Int] = [:]
    return ids.enumerated().map { index, id in
      guard let patient = patients[id] else { return index }
      if let known = numbers[patient] { return known }
      numbers[patient] = index
      return index
    }
  }

  /// The log-odds of rows that stand together, one for each class of a case.
  private static func logOdds(_ rows: [LogitsFile.Row], _ classCount: Int) -> [Double] {
    stride(from: 0, to: rows.count, by: classCount).flatMap { start -> [Double] in
      let end = min(rows.count, start + classCount)
      let logits = ArraySlice(rows[start..<end].map(\.logit))
      return logits.indices.map { Evaluation.logOdds(logits, $0) }
    }
  }
}
