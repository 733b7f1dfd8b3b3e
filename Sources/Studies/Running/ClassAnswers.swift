import Basics
import Evaluation

/// The class of each case and the one that was answered, from rows of `logits.csv`.
struct ClassAnswers: Equatable {
  /// The classes of the cases, by their place.
  let labels: [Int]
  /// The most probable classes, of equal ones the first.
  let answers: [Int]

  /// Reads rows that hold a logit for each class of a case, case after case.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the file, where a case has other rows.
  init(_ rows: [LogitsFile.Row], classes: [String], path: String) throws {
    let width = classes.count
    var (labels, answers): ([Int], [Int]) = ([], [])
    for start in stride(from: 0, to: rows.count, by: width) {
      let own = rows[start..<min(start + width, rows.count)]
      let right = own.indices.filter { own[$0].isPositive }
      guard own.map(\.label) == classes, right.count == 1, let label = right.first,
        own.allSatisfy({ $0.id == own[start].id })
      else {
        throw ZooError(
          .badFormat,
          "case \"\(own[start].id)\" has other rows than one for each class, one of them "
            + "with target 1", at: Place(path: path),
          advice: "delete the cell's folder; zoo compare with --resume makes it again")
      }
      labels.append(label - start)
      answers.append(largestIndex(own.map(\.logit)[...]))
    }
    self.labels = labels
    self.answers = answers
  }
}
