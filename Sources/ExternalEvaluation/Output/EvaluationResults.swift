import Basics
import Datasets
import Evaluation
import Foundation
import Studies

/// What models are worth on data sets that are not those of their own studies.
package struct EvaluationResults {
  /// What cases of a data set are of models' own studies, in sentences.
  package struct Overlap: Sendable {
    /// On cases that are.
    package var warnings: [String] = []
    /// On cases that may be.
    package var notes: [String] = []
  }

  package let models: [EvaluatedModel]
  package let data: [ExternalData]
  /// By data set, then model.
  package let results: [ModelOnData]
  package let pairs: [ModelPair]
  package let settings: EvaluationSettings
  /// By data set.
  package let overlaps: [Overlap]
  /// What was guessed, dropped or chosen by default, in sentences.
  package let notes: [String]

  /// Whether a program made all cases of a data set.
  package var isSynthetic: Bool { data.contains(where: \.isSynthetic) }

  /// What nobody may miss: of data sets, then of all results.
  package var warnings: [String] {
    overlaps.flatMap(\.warnings) + results.flatMap(\.warnings)
  }

  /// Says notes and warnings.
  package func tell(_ progress: ProgressReporter) {
    for sentence in notes + overlaps.flatMap(\.notes) + warnings { progress.note(sentence) }
  }

  package static let files = ["predictions.csv", "evaluation.json", "evaluation.html"]

  /// Writes the table, the figures and the page into a new folder, whole or not at all.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    try OutputPlace.locked(folder) {
      try Self.check(folder)
      try AtomicFile.makeFolder(folder)
      try predictions.write(to: "\(folder)/predictions.csv")
      if let leftOut { try leftOut.write(to: "\(folder)/left-out.csv") }
      try AtomicFile.write(EvaluationPage(self).html, to: "\(folder)/evaluation.html")
      // Last: a folder that has it is complete.
      try AtomicFile.write(json.text() + "\n", to: "\(folder)/evaluation.json")
    }
  }

  /// Refuses a folder that holds an evaluation, or anything but what a stopped one leaves.
  ///
  /// - Throws: `ZooError` of code `.conflict`, or of what is in the way.
  package static func check(_ folder: String) throws {
    try OutputPlace.checkWritable(folder)
    let isFinished = FileManager.default.fileExists(atPath: "\(folder)/evaluation.json")
    try OutputPlace.check(folder, allowing: isFinished ? [] : files + ["left-out.csv"])
  }

  /// Every answer.
  private var predictions: CSVWriter {
    let hasSpreads = results.contains { $0.rows.contains { $0.spread != nil } }
    var writer = CSVWriter(
      columns: ["data", "model", "id", "label", "target", "logit", "probability", "decision"]
        + (hasSpreads ? ["spread"] : []))
    for result in results {
      for row in result.rows {
        writer.append(
          [
            result.data, result.model, row.id, row.label, row.target.map { $0 ? "1" : "0" } ?? "",
            "\(row.logit)", "\(row.probability)", row.decision ? "1" : "0",
          ] + (hasSpreads ? [row.spread.map { "\($0)" } ?? ""] : []))
      }
    }
    return writer
  }

  /// The cases that were left out; nil where none was.
  private var leftOut: CSVWriter? {
    var writer = CSVWriter(columns: ["data", "model", "id", "place", "reason"])
    let rows =
      data.flatMap { set in set.leftOut.map { (set.name, "", $0) } }
      + results.flatMap { result in result.leftOut.map { (result.data, result.model, $0) } }
    for (set, model, item) in rows {
      writer.append([set, model, item.id, item.place.description, item.message])
    }
    return rows.isEmpty ? nil : writer
  }
}
