import Foundation

/// Logistic regression for any task: binary; multinomial where a case is of one of several classes; one
/// regression for each label, over the cases whose answer is known.
///
/// Of two classes it is the binary regression, as scikit-learn's is, with half of its logit for the second
/// and minus half for the first.
package struct LinearModel: Sendable {
  package let kind: TaskKind
  /// `[outputs][features]`.
  package let weights: [[Double]]
  /// One for each output.
  package let intercepts: [Double]
  /// The labels of which the training subset has one answer alone, or none: their logit is the log-odds of
  /// their share with half an answer of each kind added, whatever the case.
  package let constantOutputs: [Int]

  /// Fits rows to answers.
  ///
  /// - Parameters:
  ///   - rows: of shape `[cases, features]`.
  ///   - answers: as many cases; those that are not known are left out.
  ///   - inverseStrength: C of `LogisticRegression`; larger is a weaker penalty.
  ///   - tolerance: of the largest entry of the gradient, as a share of what it is without weights.
  /// - Throws: `ZooError` of code `.badValue` where a class of a binary task, or one of several, is absent.
  /// - Precondition: as many rows as cases, `inverseStrength` is positive.
  package init(
    rows: SparseRows, answers: KnownAnswers, inverseStrength: Double = 1, tolerance: Double = 1e-8
  ) throws {
    precondition(rows.count == answers.count, "\(rows.count) rows for \(answers.count) answers")
    func fit(_ cases: [Int], _ labels: [Bool]) throws -> LogisticRegression {
      try LogisticRegression(
        rows: rows.selecting(cases), labels: labels, inverseStrength: inverseStrength,
        tolerance: tolerance)
    }
    kind = answers.kind
    switch kind {
    case .binary:
      let known = answers.known(0)
      let found = try fit(known.cases, known.labels)
      (weights, intercepts, constantOutputs) = ([found.weights], [found.intercept], [])
    case .multiClass:
      let known = answers.knownClasses
      constantOutputs = []
      guard answers.outputs > 2 else {
        let found = try fit(known.cases, known.labels.map { $0 == 1 })
        weights = [-0.5, 0.5].map { half in found.weights.map { half * $0 } }
        intercepts = [-0.5, 0.5].map { $0 * found.intercept }
        return
      }
      let found = try MultinomialRegression(
        rows: rows.selecting(known.cases), labels: known.labels, classCount: answers.outputs,
        inverseStrength: inverseStrength, tolerance: tolerance)
      (weights, intercepts) = (found.weights, found.intercepts)
    case .multiLabel:
      var (weights, intercepts, constants): ([[Double]], [Double], [Int]) = ([], [], [])
      for output in 0..<answers.outputs {
        let known = answers.known(output)
        let positives = known.labels.count { $0 }
        if positives > 0, positives < known.labels.count {
          let found = try fit(known.cases, known.labels)
          weights.append(found.weights)
          intercepts.append(found.intercept)
        } else {
          constants.append(output)
          weights.append([Double](repeating: 0, count: rows.columnCount))
          intercepts.append(
            log((Double(positives) + 0.5) / (Double(known.labels.count - positives) + 0.5)))
        }
      }
      (self.weights, self.intercepts, constantOutputs) = (weights, intercepts, constants)
    }
  }

  /// The logits of rows, `[cases, outputs]`.
  package func logits(_ rows: SparseRows) -> [Double] {
    let outputs = weights.count
    var out = [Double](repeating: 0, count: rows.count * outputs)
    var column = [Double](repeating: 0, count: rows.count)
    for output in 0..<outputs {
      rows.multiply(weights[output], offset: intercepts[output], into: &column)
      for row in column.indices { out[row * outputs + output] = column[row] }
    }
    return out
  }

  /// The probabilities of rows, `[cases, outputs]`.
  package func probabilities(_ rows: SparseRows) -> [Double] {
    let (logits, outputs) = (logits(rows), weights.count)
    return stride(from: 0, to: logits.count, by: outputs).flatMap {
      kind.probabilities(Array(logits[$0..<$0 + outputs]))
    }
  }
}
