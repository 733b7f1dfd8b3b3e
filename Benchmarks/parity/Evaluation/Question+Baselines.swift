import Basics
import Evaluation

extension Question {
  /// The probabilities of the linear model and of the nearest neighbours, `[asked, outputs]`.
  mutating func simple() throws -> JSONValue {
    guard let kind = TaskKind(rawValue: try text("task")) else {
      throw ZooError(.badValue, "unknown task")
    }
    let width = try integer("width")
    let known = try booleans("mask")
    let answers = KnownAnswers(
      kind, zip(try integers("answers"), known).map { $1 ? Float($0) : .nan },
      outputs: try integer("outputs"))
    let (training, asked) = (try numbers("rows"), try numbers("asked"))
    let model = try LinearModel(
      rows: sparse(training, width), answers: answers, inverseStrength: number("strength"))
    let nearest = NearestNeighbours(rows: dense(training, width), answers: answers)
    let k = try integer("neighbours")
    return [
      "linear": JSONValue(model.probabilities(sparse(asked, width))),
      "constant": JSONValue(model.constantOutputs),
      "neighbours": JSONValue(
        nearest.probabilities(nearest.nearest(dense(asked, width), count: k), k: k)),
      "majority": JSONValue(MajorityClass(answers).shares),
    ]
  }

  private func dense(_ values: [Double], _ width: Int) -> [[Float]] {
    stride(from: 0, to: values.count, by: width).map { values[$0..<$0 + width].map(Float.init) }
  }

  private func sparse(_ values: [Double], _ width: Int) -> SparseRows {
    var rows = SparseRows(columnCount: width)
    for start in stride(from: 0, to: values.count, by: width) {
      rows.append((0..<width).map { ($0, values[start + $0]) })
    }
    return rows
  }
}
