/// Answers to some cases, `[cases, outputs]`, row after row.
package enum Answers: Sendable, Equatable {
  /// Those of a network.
  case logits([Float])
  /// Those of any other rule, 0…1.
  case probabilities([Double])

  /// The probabilities of a task, 0…1.
  package func probabilities(of task: TaskKind, outputs: Int) -> [Double] {
    switch self {
    case .probabilities(let values): return values
    case .logits(let values):
      guard task == .multiClass else { return values.map { sigmoid(Double($0)) } }
      return stride(from: 0, to: values.count, by: outputs).flatMap { row in
        softmax(values[row..<row + outputs].map(Double.init))
      }
    }
  }

  func map<Result>(
    logits: ([Double]) throws -> Result, probabilities: ([Double]) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .logits(let values): try logits(values.map(Double.init))
    case .probabilities(let values): try probabilities(values)
    }
  }
}
