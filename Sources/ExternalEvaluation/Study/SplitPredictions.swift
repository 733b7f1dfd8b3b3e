import Basics
import Datasets
import Evaluation

/// `predictions.csv` of the evaluation of one split's models, read again, once for all models.
struct SplitPredictions {
  /// An answer to one question about one case.
  private struct Answer {
    /// The place of the case among those of the data set.
    let place: Int32
    let output: Int32
    let isPositive: Bool
    let odds: Double
  }

  private let outputs: [String]
  /// By model, those whose right answer is known.
  private let answers: [String: [Answer]]
  private let data: ExternalData

  /// Reads the table in a folder.
  ///
  /// - Throws: `ZooError` with file and line.
  init(folder: String, _ task: TaskKind, _ labels: [String], of data: ExternalData) throws {
    let outputs = task.outputs(labels)
    (self.outputs, self.data) = (outputs, data)
    let table = try CSVTable(path: "\(folder)/predictions.csv")
    let columns = try ["model", "id", "label", "target", "logit"].map { try table.column($0) }
    let places = Dictionary(
      data.cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let numbers = Dictionary(
      outputs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let logits = try (0..<table.rowCount).map { row in
      guard let logit = Double(table[row, columns[4]]), logit.isFinite else {
        throw ZooError(.badValue, "expected a finite logit", at: table.place(ofRow: row))
      }
      return logit
    }
    var answers: [String: [Answer]] = [:]
    for row in 0..<table.rowCount {
      let model = table[row, columns[0]]
      guard let place = places[table[row, columns[1]]], let output = numbers[table[row, columns[2]]]
      else {
        throw ZooError(
          .badValue, "a case or a label that is none of the data's", at: table.place(ofRow: row))
      }
      let target = table[row, columns[3]]
      // A model whose answers are known for no case is there, too.
      if answers[model] == nil { answers[model] = [] }
      guard !target.isEmpty else { continue }
      // Of several classes the rows of a case stand together, one a class.
      let start = row - row % outputs.count
      let odds =
        task == .multiClass
        ? logOdds(logits[start..<(start + outputs.count)], row) : logits[row]
      answers[model]?.append(
        Answer(
          place: Int32(place), output: Int32(output), isPositive: target == "1", odds: odds))
    }
    self.answers = answers
  }

  /// One model's answers to each question whose right answer is known; nil where the table has none of that model.
  func answers(of model: String) -> [QuestionAnswers]? {
    guard let all = answers[model] else { return nil }
    return outputs.enumerated().map { number, label in
      let own = all.filter { $0.output == number }
      return QuestionAnswers(
        label: label, ids: own.map { data.cases[Int($0.place)].id },
        labels: own.map(\.isPositive), logits: own.map(\.odds),
        clusters: own.map { data.clusters[Int($0.place)] })
    }
  }
}
