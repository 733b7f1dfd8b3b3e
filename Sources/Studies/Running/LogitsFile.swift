import Basics
import Datasets
import Evaluation
import Foundation
import Training

/// What a model answers to each case of validation and test: `logits.csv` beside it.
///
/// Intervals, and a threshold chosen on validation, come from it. Tables from before have no ids.
package enum LogitsFile {
  /// The answer to one question of one case.
  package struct Row: Sendable, Equatable {
    package let subset: Split.Subset
    /// The case; empty where an older table does not tell.
    package var id = ""
    /// The positive class, or the finding asked for.
    package let label: String
    package let isPositive: Bool
    package let logit: Double
  }

  package static let fileName = "logits.csv"
  private static let columns = ["subset", "id", "label", "target", "logit"]

  /// The rows of one subset's cases, a logit for each question; what is not known is left out.
  static func rows(_ subset: Split.Subset, _ indices: [Int], _ cases: StudyCases, logits: [Float])
    -> [Row]
  {
    let questions = cases.task.questions
    let answers = cases.task.targets.rows(indices)
    return zip(answers, logits).enumerated().compactMap { position, pair in
      guard !pair.0.isNaN else { return nil }
      return Row(
        subset: subset, id: cases.set.cases[indices[position / questions.count]].id,
        label: questions[position % questions.count], isPositive: pair.0 > 0.5,
        logit: Double(pair.1))
    }
  }

  /// Sees that rows are those of whole cases of several classes: one a class in their order, one of them the
  /// case's.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the case that is not whole.
  package static func checkWhole(_ rows: [Row], classes: [String], folder: String) throws {
    for start in stride(from: 0, to: rows.count, by: classes.count) {
      let own = rows[start..<min(rows.count, start + classes.count)]
      guard own.map(\.label) == classes, Set(own.map(\.id)).count == 1,
        own.count(where: \.isPositive) == 1
      else {
        throw ZooError(
          .badFormat,
          "the rows of the case \"\(rows[start].id)\" are not one a class, one of them true",
          at: Place(path: "\(folder)/\(fileName)"))
      }
    }
  }

  /// The rows of a model of several classes with each logit's log-odds against the case's other classes in its
  /// place: their sigmoid is the probability, and they rank cases as the probability does.
  ///
  /// - Precondition: rows of whole cases, one a class, as `rows` makes them.
  package static func againstRest(_ rows: [Row], classes: Int) -> [Row] {
    precondition(rows.count % classes == 0, "\(rows.count) rows of \(classes) classes")
    return stride(from: 0, to: rows.count, by: classes).flatMap { start in
      let own = rows[start..<start + classes]
      let logits = own.map(\.logit)
      return own.enumerated().map { index, row in
        Row(
          subset: row.subset, id: row.id, label: row.label, isPositive: row.isPositive,
          logit: logOdds(logits[...], index))
      }
    }
  }

  static func write(_ rows: [Row], to folder: String) throws {
    var writer = CSVWriter(columns: columns)
    for row in rows {
      writer.append([
        row.subset.rawValue, row.id, row.label, row.isPositive ? "1" : "0", "\(row.logit)",
      ])
    }
    try writer.write(to: "\(folder)/\(fileName)")
  }

  /// Reads the table.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func read(folder: String) throws -> [Row] {
    let table = try CSVTable(path: "\(folder)/\(fileName)")
    let subsets = try table.subsetColumn()
    let numbers = try ["label", "target", "logit"].map { try table.column($0) }
    let ids = try? table.column("id")
    return try (0..<table.rowCount).map { row in
      let (target, logit) = (table[row, numbers[1]], Double(table[row, numbers[2]]))
      guard let logit, logit.isFinite, ["0", "1"].contains(target) else {
        throw ZooError(
          .badValue, "expected a target of 0 or 1 and a finite logit", at: table.place(ofRow: row))
      }
      return Row(
        subset: try table.subset(ofRow: row, column: subsets), id: ids.map { table[row, $0] } ?? "",
        label: table[row, numbers[0]], isPositive: target == "1", logit: logit)
    }
  }
}
