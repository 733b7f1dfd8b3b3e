import Basics
import Datasets
import Evaluation

/// `predictions.csv` of an evaluation, read again.
enum PredictionsFile {
  /// One model's answers to each question whose answer is known; nil where the table has none of that model.
  ///
  /// - Throws: `ZooError` with file and line.
  static func answers(
    of model: String, in folder: String, _ task: TaskKind, _ labels: [String],
    _ clusters: [String: Int]
  ) throws -> [QuestionAnswers]? {
    let table = try CSVTable(path: "\(folder)/predictions.csv")
    let columns = try ["model", "id", "label", "target", "logit"].map { try table.column($0) }
    let rows = (0..<table.rowCount).filter { table[$0, columns[0]] == model }
    guard !rows.isEmpty else { return nil }
    let logits = try rows.map { row in
      guard let logit = Double(table[row, columns[4]]), logit.isFinite else {
        throw ZooError(.badValue, "expected a finite logit", at: table.place(ofRow: row))
      }
      return logit
    }
    let outputs = task.outputs(labels)
    return outputs.map { label in
      let known = rows.indices.filter {
        table[rows[$0], columns[2]] == label && !table[rows[$0], columns[3]].isEmpty
      }
      let ids = known.map { table[rows[$0], columns[1]] }
      return QuestionAnswers(
        label: label, ids: ids, labels: known.map { table[rows[$0], columns[3]] == "1" },
        logits: known.map { place in
          guard task == .multiClass else { return logits[place] }
          // The rows of a case stand together, one a class.
          let start = place - place % outputs.count
          return logOdds(logits[start..<(start + outputs.count)], place % outputs.count)
        }, clusters: ids.map { clusters[$0] ?? -1 })
    }
  }
}
